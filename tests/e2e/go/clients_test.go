package e2e

import (
	"crypto/tls"
	"errors"
	"net/http"
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/basic"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/global"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/config"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/httphandler"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/region"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/sdkerr"
	ecs "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/ecs/v2"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/ecs/v2/model"
	iam "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/iam/v3"
	tms "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/tms/v1"
)

// The demo's published data (data/demo.json).
const (
	account = "0503dda878000fed0f75c0096d70a960"
	project = "05041fffa40025702f6dc009cc6f8f33" // cn-north-4, holds eight servers
	server  = "78ccc986-016f-4405-94f9-c4d58421eca7"
	home    = "cn-north-4"
	other   = "cn-east-3"
)

type key struct{ ak, sk string }

var (
	admin    = key{"JIANMENDEMOADMIN0001", "jianmenDemoAdminSecretKeyForLocalUseOnly"}
	viewer   = key{"JIANMENDEMOVIEWER001", "jianmenDemoViewerSecretKeyForLocalUseOne"}
	newcomer = key{"JIANMENDEMONEWBIE001", "jianmenDemoNewcomerSecretKeyForLocalOnly"}
)

var list = &model.ListServersDetailsRequest{}

// place is one listener; sent holds the headers of the last request that the SDK made.
type place struct {
	url  string
	sent http.Header
}

// everywhere runs a row over http and over https.
func everywhere(t *testing.T, row func(t *testing.T, at *place)) {
	t.Run("http", func(t *testing.T) { row(t, &place{url: demo.http}) })
	t.Run("https", func(t *testing.T) { row(t, &place{url: demo.https}) })
}

func (p *place) transport() *http.Transport {
	return &http.Transport{TLSClientConfig: &tls.Config{RootCAs: demo.roots}}
}

func (p *place) config() *config.HttpConfig {
	handler := httphandler.NewHttpHandler().AddRequestHandler(func(request http.Request) {
		p.sent = request.Header.Clone()
	})
	return config.DefaultHttpConfig().WithHttpTransport(p.transport()).WithHttpHandler(handler)
}

// findEcs leaves the project to the SDK, which asks IAM by the region's name.
func (p *place) findEcs(user key, id string) (*ecs.EcsClient, error) {
	return p.buildEcs(basic.NewCredentialsBuilder().WithAk(user.ak).WithSk(user.sk), id)
}

func (p *place) ecsOf(user key, projectID string) (*ecs.EcsClient, error) {
	return p.buildEcs(basic.NewCredentialsBuilder().WithAk(user.ak).WithSk(user.sk).WithProjectId(projectID), home)
}

func (p *place) buildEcs(builder *basic.CredentialsBuilder, id string) (*ecs.EcsClient, error) {
	credential, err := builder.WithIamEndpointOverride(p.url).SafeBuild()
	if err != nil {
		return nil, err
	}
	client, err := ecs.EcsClientBuilder().WithRegion(region.NewRegion(id, p.url)).WithCredential(credential).
		WithHttpConfig(p.config()).SafeBuild()
	if err != nil {
		return nil, err
	}
	return ecs.NewEcsClient(client), nil
}

// ecs is findEcs in the region of the eight servers, for users whose project is found.
func (p *place) ecs(t *testing.T, user key) *ecs.EcsClient {
	t.Helper()
	return must(p.findEcs(user, home))(t)
}

// global leaves the account to the SDK, which asks IAM for it.
func (p *place) global(t *testing.T, user key) *global.Credentials {
	t.Helper()
	return must(global.NewCredentialsBuilder().WithAk(user.ak).WithSk(user.sk).WithIamEndpointOverride(p.url).SafeBuild())(t)
}

func (p *place) iam(t *testing.T, user key) *iam.IamClient {
	t.Helper()
	builder := iam.IamClientBuilder().WithRegion(region.NewRegion(home, p.url)).WithCredential(p.global(t, user))
	return iam.NewIamClient(must(builder.WithHttpConfig(p.config()).SafeBuild())(t))
}

func (p *place) tms(t *testing.T, user key) *tms.TmsClient {
	t.Helper()
	builder := tms.TmsClientBuilder().WithRegion(region.NewRegion(home, p.url)).WithCredential(p.global(t, user))
	return tms.NewTmsClient(must(builder.WithHttpConfig(p.config()).SafeBuild())(t))
}

// must(call(...))(t) is the call's value; an error ends the test.
func must[T any](value T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// refused wants the SDK's own error with this status and code.
func refused(t *testing.T, err error, status int, code string) *sdkerr.ServiceResponseError {
	t.Helper()
	var refusal *sdkerr.ServiceResponseError
	if !errors.As(err, &refusal) {
		t.Fatalf("not refused: %v", err)
	}
	if refusal.StatusCode != status || refusal.ErrorCode != code {
		t.Fatalf("%+v, wanted %d %s", *refusal, status, code)
	}
	return refusal
}

func counted(t *testing.T, client *ecs.EcsClient, wanted int32) {
	t.Helper()
	answer := must(client.ListServersDetails(list))(t)
	if *answer.Count != wanted || len(*answer.Servers) != int(wanted) {
		t.Fatalf("count %d, %d servers, wanted %d", *answer.Count, len(*answer.Servers), wanted)
	}
}
