package e2e

import (
	"fmt"
	"regexp"
	"sync/atomic"
	"testing"

	ecsmodel "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/ecs/v2/model"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/iam/v3/model"
)

const notAllowed = "do not have the required roles, forbidden to perform this action."

// person is a user of one test, in a group of its own that has no grant yet, with a key.
type person struct {
	key
	at           *place
	user, groups string
}

var people int64

func newPerson(t *testing.T, at *place) *person {
	t.Helper()
	client := at.iam(t, admin)
	name := fmt.Sprintf("go-%d", atomic.AddInt64(&people, 1))
	password, domain := "Secret@Pass1", account
	user := must(client.CreateUser(&model.CreateUserRequest{Body: &model.CreateUserRequestBody{
		User: &model.CreateUserOption{Name: name, DomainId: domain, Password: &password}}}))(t).User
	group := must(client.KeystoneCreateGroup(&model.KeystoneCreateGroupRequest{Body: &model.KeystoneCreateGroupRequestBody{
		Group: &model.KeystoneCreateGroupOption{Name: name, DomainId: &domain}}}))(t).Group
	must(client.KeystoneAddUserToGroup(&model.KeystoneAddUserToGroupRequest{GroupId: group.Id, UserId: user.Id}))(t)
	made := must(client.CreatePermanentAccessKey(&model.CreatePermanentAccessKeyRequest{
		Body: &model.CreatePermanentAccessKeyRequestBody{Credential: &model.CreateCredentialOption{UserId: user.Id}}}))(t)
	return &person{key{made.Credential.Access, made.Credential.Secret}, at, user.Id, group.Id}
}

// grant gives the person's group a system policy in the project of cn-north-4.
func (p *person) grant(t *testing.T, policy string) {
	t.Helper()
	client := p.at.iam(t, admin)
	roles := *must(client.KeystoneListPermissions(&model.KeystoneListPermissionsRequest{DisplayName: &policy}))(t).Roles
	for _, role := range roles {
		if role.DisplayName != nil && *role.DisplayName == policy {
			must(client.KeystoneAssociateGroupWithProjectPermission(&model.KeystoneAssociateGroupWithProjectPermissionRequest{
				ProjectId: project, GroupId: p.groups, RoleId: role.Id}))(t)
			return
		}
	}
	t.Fatalf("no %s among %d roles", policy, len(roles))
}

func TestANewcomerIsRefusedWithEveryField(t *testing.T) {
	everywhere(t, func(t *testing.T, at *place) {
		_, err := at.ecs(t, newcomer).ListServersDetails(list)
		refusal := refused(t, err, 403, "Ecs.0110")
		if refusal.ErrorMessage != notAllowed || !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(refusal.RequestId) {
			t.Fatalf("%+v", *refusal)
		}
	})
}

func TestAViewerSeesAndDeletesNothing(t *testing.T) {
	everywhere(t, func(t *testing.T, at *place) {
		client := at.ecs(t, viewer)
		counted(t, client, 8)
		body := &ecsmodel.DeleteServersRequestBody{Servers: []ecsmodel.ServerId{{Id: server}}}
		_, err := client.DeleteServers(&ecsmodel.DeleteServersRequest{Body: body})
		refused(t, err, 403, "Ecs.0110")
		counted(t, client, 8)
	})
}

func TestAViewerOfOneRegionSeesNoOther(t *testing.T) {
	everywhere(t, func(t *testing.T, at *place) {
		_, err := must(at.findEcs(viewer, other))(t).ListServersDetails(list)
		refused(t, err, 403, "Ecs.0110")
	})
}

func TestAGrantOpensTheDoorToTheSameKey(t *testing.T) {
	everywhere(t, func(t *testing.T, at *place) {
		user := newPerson(t, at)
		client := at.ecs(t, user.key)
		_, err := client.ListServersDetails(list)
		refused(t, err, 403, "Ecs.0110")
		user.grant(t, "ECS ReadOnlyAccess")
		counted(t, client, 8)
	})
}

func TestADeletedKeyIsRefusedAtOnce(t *testing.T) {
	everywhere(t, func(t *testing.T, at *place) {
		user := newPerson(t, at)
		user.grant(t, "ECS ReadOnlyAccess")
		client := at.ecs(t, user.key)
		counted(t, client, 8)
		must(at.iam(t, admin).DeletePermanentAccessKey(&model.DeletePermanentAccessKeyRequest{AccessKey: user.ak}))(t)
		_, err := client.ListServersDetails(list)
		if refusal := refused(t, err, 401, "APIGW.0301"); refusal.ErrorMessage != unauthenticated+"ak "+user.ak+" not exist" {
			t.Fatal(refusal.ErrorMessage)
		}
	})
}
