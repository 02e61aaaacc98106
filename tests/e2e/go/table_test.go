// The main rows of the guide's table with the real Go SDK, whose models are strict about JSON types.
package e2e

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/basic"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/global"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/config"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/httphandler"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/region"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/sdkerr"
	ecs "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/ecs/v2"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/ecs/v2/model"
	tms "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/tms/v1"
	tmsmodel "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/tms/v1/model"
)

const (
	project  = "05041fffa40025702f6dc009cc6f8f33"
	server   = "78ccc986-016f-4405-94f9-c4d58421eca7"
	adminAk  = "JIANMENDEMOADMIN0001"
	adminSk  = "jianmenDemoAdminSecretKeyForLocalUseOnly"
	viewerAk = "JIANMENDEMOVIEWER001"
	viewerSk = "jianmenDemoViewerSecretKeyForLocalUseOne"
	newAk    = "JIANMENDEMONEWBIE001"
	newSk    = "jianmenDemoNewcomerSecretKeyForLocalOnly"
)

// place is one listener; sent holds the Authorization header of the last request.
type place struct {
	url  string
	sent string
}

func (p *place) config(t *testing.T) *config.HttpConfig {
	pem, err := os.ReadFile(os.Getenv("JIANMEN_CA"))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	handler := httphandler.NewHttpHandler().AddRequestHandler(func(request http.Request) {
		p.sent = request.Header.Get("Authorization")
	})
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
	return config.DefaultHttpConfig().WithHttpTransport(transport).WithHttpHandler(handler)
}

func (p *place) ecs(t *testing.T, ak, sk, id, projectID string) (*ecs.EcsClient, error) {
	builder := basic.NewCredentialsBuilder().WithAk(ak).WithSk(sk).WithIamEndpointOverride(p.url)
	if projectID != "" {
		builder = builder.WithProjectId(projectID)
	}
	credential, err := builder.SafeBuild()
	if err != nil {
		return nil, err
	}
	client, err := ecs.EcsClientBuilder().WithRegion(region.NewRegion(id, p.url)).WithCredential(credential).WithHttpConfig(p.config(t)).SafeBuild()
	if err != nil {
		return nil, err
	}
	return ecs.NewEcsClient(client), nil
}

func (p *place) mustEcs(t *testing.T, ak, sk string) *ecs.EcsClient {
	client, err := p.ecs(t, ak, sk, "cn-north-4", "")
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func (p *place) tms(t *testing.T, ak, sk string) *tms.TmsClient {
	credential, err := global.NewCredentialsBuilder().WithAk(ak).WithSk(sk).WithIamEndpointOverride(p.url).SafeBuild()
	if err != nil {
		t.Fatal(err)
	}
	client, err := tms.TmsClientBuilder().WithRegion(region.NewRegion("cn-north-4", p.url)).WithCredential(credential).WithHttpConfig(p.config(t)).SafeBuild()
	if err != nil {
		t.Fatal(err)
	}
	return tms.NewTmsClient(client)
}

// everywhere runs a row over http and https.
func everywhere(t *testing.T, row func(t *testing.T, at *place)) {
	for _, name := range []string{"http", "https"} {
		url := os.Getenv("JIANMEN_" + strings.ToUpper(name))
		t.Run(name, func(t *testing.T) { row(t, &place{url: url}) })
	}
}

func refusal(t *testing.T, err error) *sdkerr.ServiceResponseError {
	t.Helper()
	var refused *sdkerr.ServiceResponseError
	if !errors.As(err, &refused) {
		t.Fatalf("no refusal: %v", err)
	}
	return refused
}

func count(t *testing.T, client *ecs.EcsClient) int32 {
	t.Helper()
	answer, err := client.ListServersDetails(&model.ListServersDetailsRequest{})
	if err != nil {
		t.Fatal(err)
	}
	return *answer.Count
}

func TestTheGuidesSampleListsEightServers(t *testing.T) {
	everywhere(t, func(t *testing.T, at *place) {
		answer, err := at.mustEcs(t, adminAk, adminSk).ListServersDetails(&model.ListServersDetailsRequest{})
		if err != nil {
			t.Fatal(err)
		}
		if *answer.Count != 8 || len(*answer.Servers) != 8 {
			t.Fatalf("count %d, servers %d", *answer.Count, len(*answer.Servers))
		}
	})
}

func TestAKeyWorksInEveryRegion(t *testing.T) {
	everywhere(t, func(t *testing.T, at *place) {
		for id, wanted := range map[string]int32{"cn-north-4": 8, "cn-east-3": 0, "ap-southeast-1": 0} {
			client, err := at.ecs(t, adminAk, adminSk, id, "")
			if err != nil {
				t.Fatal(err)
			}
			if got := count(t, client); got != wanted {
				t.Errorf("%s: %d servers", id, got)
			}
		}
	})
}

func TestAnUnknownKeyStopsTheSdkAtItsFirstLookUp(t *testing.T) {
	everywhere(t, func(t *testing.T, at *place) {
		_, err := at.ecs(t, "NOSUCHACCESSKEY00001", adminSk, "cn-north-4", "")
		if err == nil || !strings.Contains(err.Error(), "Incorrect IAM authentication information: ak NOSUCHACCESSKEY00001 not exist") {
			t.Fatalf("%v", err)
		}
	})
}

// The canonical request in the message, signed again with the client's own (wrong) secret, gives the client's own
// signature: so it is byte for byte what the SDK had built.
func TestAWrongSecretShowsTheCanonicalRequest(t *testing.T) {
	everywhere(t, func(t *testing.T, at *place) {
		wrong := strings.Repeat("0", 40)
		client, err := at.ecs(t, viewerAk, wrong, "cn-north-4", project)
		if err != nil {
			t.Fatal(err)
		}
		limit := int32(10)
		name := "a b+c"
		_, err = client.ListServersDetails(&model.ListServersDetailsRequest{Limit: &limit, Name: &name})
		refused := refusal(t, err)
		const prefix = "Incorrect IAM authentication information: verify aksk signature fail, canonicalRequest:"
		if refused.StatusCode != 401 || refused.ErrorCode != "APIGW.0301" || !strings.HasPrefix(refused.ErrorMessage, prefix) {
			t.Fatalf("%v", refused)
		}
		canonical := strings.ReplaceAll(strings.TrimPrefix(refused.ErrorMessage, prefix), "|", "\n")
		date := regexp.MustCompile(`(?m)^x-sdk-date:(.*)$`).FindStringSubmatch(canonical)[1]
		digest := sha256.Sum256([]byte(canonical))
		mac := hmac.New(sha256.New, []byte(wrong))
		fmt.Fprintf(mac, "SDK-HMAC-SHA256\n%s\n%s", date, hex.EncodeToString(digest[:]))
		if signature := hex.EncodeToString(mac.Sum(nil)); !strings.HasSuffix(at.sent, "Signature="+signature) {
			t.Fatalf("sent %s, the message's canonical request gives %s", at.sent, signature)
		}
		count(t, at.mustEcs(t, viewerAk, viewerSk)) // a success ends the run of failures
	})
}

func TestANewcomerIsRefusedWithEveryField(t *testing.T) {
	everywhere(t, func(t *testing.T, at *place) {
		_, err := at.mustEcs(t, newAk, newSk).ListServersDetails(&model.ListServersDetailsRequest{})
		refused := refusal(t, err)
		if refused.StatusCode != 403 || refused.ErrorCode != "Ecs.0110" ||
			refused.ErrorMessage != "do not have the required roles, forbidden to perform this action." ||
			!regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(refused.RequestId) {
			t.Fatalf("%+v", refused)
		}
	})
}

func TestAViewerSeesAndDeletesNothing(t *testing.T) {
	everywhere(t, func(t *testing.T, at *place) {
		client := at.mustEcs(t, viewerAk, viewerSk)
		if got := count(t, client); got != 8 {
			t.Fatal(got)
		}
		body := &model.DeleteServersRequestBody{Servers: []model.ServerId{{Id: server}}}
		_, err := client.DeleteServers(&model.DeleteServersRequest{Body: body})
		if refused := refusal(t, err); refused.StatusCode != 403 || refused.ErrorCode != "Ecs.0110" {
			t.Fatalf("%+v", refused)
		}
	})
}

func TestAGlobalServiceTakesTheSameKey(t *testing.T) {
	everywhere(t, func(t *testing.T, at *place) {
		client := at.tms(t, adminAk, adminSk)
		tags := []tmsmodel.PredefineTagRequest{{Key: "go", Value: "v"}}
		create := &tmsmodel.ReqCreatePredefineTag{Action: tmsmodel.GetReqCreatePredefineTagActionEnum().CREATE, Tags: tags}
		if _, err := client.CreatePredefineTags(&tmsmodel.CreatePredefineTagsRequest{Body: create}); err != nil {
			t.Fatal(err)
		}
		key := "go"
		answer, err := client.ListPredefineTags(&tmsmodel.ListPredefineTagsRequest{Key: &key})
		if err != nil || len(*answer.Tags) != 1 {
			t.Fatalf("%v %v", answer, err)
		}
		remove := &tmsmodel.ReqDeletePredefineTag{Action: tmsmodel.GetReqDeletePredefineTagActionEnum().DELETE, Tags: tags}
		if _, err := client.DeletePredefineTags(&tmsmodel.DeletePredefineTagsRequest{Body: remove}); err != nil {
			t.Fatal(err)
		}
	})
}

func finish(t *testing.T, client *ecs.EcsClient, job string) {
	t.Helper()
	for limit := time.Now().Add(30 * time.Second); ; {
		answer, err := client.ShowJob(&model.ShowJobRequest{JobId: job})
		if err != nil {
			t.Fatal(err)
		}
		switch status := answer.Status.Value(); status {
		case "SUCCESS":
			return
		case "FAIL":
			t.Fatalf("%+v", answer)
		}
		if time.Now().After(limit) {
			t.Fatal("the job does not end")
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func TestTheLifeOfAServer(t *testing.T) {
	everywhere(t, func(t *testing.T, at *place) {
		client := at.mustEcs(t, adminAk, adminSk)
		shown, err := client.ShowServer(&model.ShowServerRequest{ServerId: server})
		if err != nil {
			t.Fatal(err)
		}
		ports, err := client.ListServerInterfaces(&model.ListServerInterfacesRequest{ServerId: server})
		if err != nil {
			t.Fatal(err)
		}
		var vpc string
		for id := range shown.Server.Addresses {
			vpc = id
		}
		order := &model.PostPaidServer{
			Name:       "go",
			ImageRef:   shown.Server.Image.Id,
			FlavorRef:  "s6.small.1",
			Vpcid:      vpc,
			Nics:       []model.PostPaidServerNic{{SubnetId: (*ports.InterfaceAttachments)[0].NetId}},
			RootVolume: &model.PostPaidServerRootVolume{Volumetype: model.GetPostPaidServerRootVolumeVolumetypeEnum().SSD},
		}
		made, err := client.CreatePostPaidServers(&model.CreatePostPaidServersRequest{Body: &model.CreatePostPaidServersRequestBody{Server: order}})
		if err != nil {
			t.Fatal(err)
		}
		finish(t, client, *made.JobId)
		id := (*made.ServerIds)[0]
		shown, err = client.ShowServer(&model.ShowServerRequest{ServerId: id})
		if err != nil || shown.Server.Status != "ACTIVE" || shown.Server.Name != "go" {
			t.Fatalf("%+v %v", shown, err)
		}
		one := []model.ServerId{{Id: id}}
		stopped, err := client.BatchStopServers(&model.BatchStopServersRequest{Body: &model.BatchStopServersRequestBody{OsStop: &model.BatchStopServersOption{Servers: one}}})
		if err != nil {
			t.Fatal(err)
		}
		finish(t, client, *stopped.JobId)
		deleted, err := client.DeleteServers(&model.DeleteServersRequest{Body: &model.DeleteServersRequestBody{Servers: one}})
		if err != nil {
			t.Fatal(err)
		}
		finish(t, client, *deleted.JobId)
		_, err = client.ShowServer(&model.ShowServerRequest{ServerId: id})
		if refused := refusal(t, err); refused.StatusCode != 404 || refused.ErrorCode != "Ecs.0114" {
			t.Fatalf("%+v", refused)
		}
		for name, call := range map[string]func() error{
			"flavors": func() error { _, err := client.ListFlavors(&model.ListFlavorsRequest{}); return err },
			"limits":  func() error { _, err := client.ShowServerLimits(&model.ShowServerLimitsRequest{}); return err },
			"nova": func() error {
				_, err := client.NovaListServersDetails(&model.NovaListServersDetailsRequest{})
				return err
			},
			"zones": func() error {
				_, err := client.NovaListAvailabilityZones(&model.NovaListAvailabilityZonesRequest{})
				return err
			},
		} {
			if err := call(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestNobodyListens(t *testing.T) {
	unused, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := &place{url: "http://" + unused.Addr().String()}
	unused.Close()
	client, err := at.ecs(t, adminAk, adminSk, "cn-north-4", project)
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.ListServersDetails(&model.ListServersDetailsRequest{})
	if err == nil || !strings.Contains(err.Error(), "connection refused") {
		t.Fatalf("%v", err)
	}
}
