package e2e

import (
	"testing"
	"time"

	ecs "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/ecs/v2"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/ecs/v2/model"
)

// finish waits for a job and wants it to succeed.
func finish(t *testing.T, client *ecs.EcsClient, job *string) {
	t.Helper()
	for limit := time.Now().Add(30 * time.Second); time.Now().Before(limit); time.Sleep(20 * time.Millisecond) {
		answer := must(client.ShowJob(&model.ShowJobRequest{JobId: *job}))(t)
		switch answer.Status.Value() {
		case "SUCCESS":
			return
		case "FAIL":
			t.Fatalf("%+v", answer)
		}
	}
	t.Fatal("the job does not end")
}

func show(t *testing.T, client *ecs.EcsClient, id string) *model.ServerDetail {
	t.Helper()
	return must(client.ShowServer(&model.ShowServerRequest{ServerId: id}))(t).Server
}

// create orders a server like the demo's own, as a person copies from an existing one.
func create(t *testing.T, client *ecs.EcsClient, name string) string {
	t.Helper()
	like := show(t, client, server)
	ports := *must(client.ListServerInterfaces(&model.ListServerInterfacesRequest{ServerId: server}))(t).InterfaceAttachments
	order := &model.PostPaidServer{
		Name:       name,
		ImageRef:   like.Image.Id,
		FlavorRef:  "s6.small.1",
		Nics:       []model.PostPaidServerNic{{SubnetId: ports[0].NetId}},
		RootVolume: &model.PostPaidServerRootVolume{Volumetype: model.GetPostPaidServerRootVolumeVolumetypeEnum().SSD},
	}
	for id := range like.Addresses {
		order.Vpcid = id
	}
	made := must(client.CreatePostPaidServers(&model.CreatePostPaidServersRequest{
		Body: &model.CreatePostPaidServersRequestBody{Server: order}}))(t)
	finish(t, client, made.JobId)
	return (*made.ServerIds)[0]
}

func TestTheLifeOfAServer(t *testing.T) {
	everywhere(t, func(t *testing.T, at *place) {
		client := at.ecs(t, admin)
		id := create(t, client, "go")
		if made := show(t, client, id); made.Status != "ACTIVE" || made.Name != "go" || made.TenantId != project {
			t.Fatalf("%+v", made)
		}
		counted(t, client, 9)
		one := []model.ServerId{{Id: id}}

		stop := &model.BatchStopServersRequestBody{OsStop: &model.BatchStopServersOption{Servers: one}}
		finish(t, client, must(client.BatchStopServers(&model.BatchStopServersRequest{Body: stop}))(t).JobId)
		if status := show(t, client, id).Status; status != "SHUTOFF" {
			t.Fatal(status)
		}
		start := &model.BatchStartServersRequestBody{OsStart: &model.BatchStartServersOption{Servers: one}}
		finish(t, client, must(client.BatchStartServers(&model.BatchStartServersRequest{Body: start}))(t).JobId)
		if status := show(t, client, id).Status; status != "ACTIVE" {
			t.Fatal(status)
		}

		renamed := "go-renamed"
		rename := &model.UpdateServerRequestBody{Server: &model.UpdateServerOption{Name: &renamed}}
		must(client.UpdateServer(&model.UpdateServerRequest{ServerId: id, Body: rename}))(t)
		value := "go"
		tag := &model.BatchCreateServerTagsRequestBody{
			Action: model.GetBatchCreateServerTagsRequestBodyActionEnum().CREATE,
			Tags:   []model.BatchAddServerTag{{Key: "team", Value: &value}},
		}
		must(client.BatchCreateServerTags(&model.BatchCreateServerTagsRequest{ServerId: id, Body: tag}))(t)
		if changed := show(t, client, id); changed.Name != renamed || len(*changed.Tags) != 1 || (*changed.Tags)[0] != "team=go" {
			t.Fatalf("%s %v", changed.Name, *changed.Tags)
		}

		remove := &model.DeleteServersRequestBody{Servers: one}
		finish(t, client, must(client.DeleteServers(&model.DeleteServersRequest{Body: remove}))(t).JobId)
		_, err := client.ShowServer(&model.ShowServerRequest{ServerId: id})
		refused(t, err, 404, "Ecs.0114")
		counted(t, client, 8)
	})
}

// What a console asks first; each answer must fit the SDK's strict models.
func TestTheSdksModelsFit(t *testing.T) {
	client := (&place{url: demo.http}).ecs(t, admin)
	must(client.ListFlavors(&model.ListFlavorsRequest{}))(t)
	must(client.ShowServerLimits(&model.ShowServerLimitsRequest{}))(t)
	must(client.NovaListServersDetails(&model.NovaListServersDetailsRequest{}))(t)
	must(client.NovaListAvailabilityZones(&model.NovaListAvailabilityZonesRequest{}))(t)
}
