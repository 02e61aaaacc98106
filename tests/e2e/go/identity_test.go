package e2e

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/ecs/v2/model"
	iammodel "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/iam/v3/model"
	tmsmodel "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/tms/v1/model"
)

const unauthenticated = "Incorrect IAM authentication information: "

// withToken lists servers by plain HTTP and returns what the gateway answered.
func (p *place) withToken(t *testing.T, token string) (status int, requestID string, body map[string]string) {
	t.Helper()
	request := must(http.NewRequest("GET", p.url+"/v1/"+project+"/cloudservers/detail", nil))(t)
	if token != "" {
		request.Header.Set("X-Auth-Token", token)
	}
	answer := must((&http.Client{Transport: p.transport()}).Do(request))(t)
	defer answer.Body.Close()
	if err := json.NewDecoder(answer.Body).Decode(&body); err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, answer.Header.Get("X-Request-Id"), body
}

func wantToken(t *testing.T, at *place, token, detail string) {
	t.Helper()
	status, requestID, body := at.withToken(t, token)
	if status != 401 || body["error_code"] != "APIGW.0301" || body["error_msg"] != unauthenticated+detail ||
		requestID == "" || body["request_id"] != requestID {
		t.Fatalf("%d %s %v", status, requestID, body)
	}
}

func TestNoTokenIsToldAsSuch(t *testing.T) {
	everywhere(t, func(t *testing.T, at *place) { wantToken(t, at, "", "x-auth-token not found") })
}

func TestABrokenTokenIsToldAsSuch(t *testing.T) {
	everywhere(t, func(t *testing.T, at *place) { wantToken(t, at, "MIIbroken", "decrypt token fail") })
}

func TestTheGuidesSampleListsEightServers(t *testing.T) {
	everywhere(t, func(t *testing.T, at *place) { counted(t, at.ecs(t, admin), 8) })
}

func TestAGivenProjectNeedsNoLookUp(t *testing.T) {
	everywhere(t, func(t *testing.T, at *place) { counted(t, must(at.ecsOf(admin, project))(t), 8) })
}

func TestAKeyWorksInEveryRegion(t *testing.T) {
	everywhere(t, func(t *testing.T, at *place) {
		for _, id := range []string{other, "ap-southeast-1"} {
			counted(t, must(at.findEcs(admin, id))(t), 0)
		}
	})
}

func TestAnUnknownKeyStopsTheSdkAtItsFirstLookUp(t *testing.T) {
	everywhere(t, func(t *testing.T, at *place) {
		_, err := at.findEcs(key{"NOSUCHACCESSKEY00001", admin.sk}, home)
		if err == nil || !strings.Contains(err.Error(), unauthenticated+"ak NOSUCHACCESSKEY00001 not exist") {
			t.Fatal(err)
		}
	})
}

// builtBySdk proves a canonical request to be byte for byte what the SDK had built: signed again with the client's own
// (wrong) secret it gives the signature that the SDK sent.
func builtBySdk(t *testing.T, at *place, secret, canonical string) {
	t.Helper()
	canonical = strings.ReplaceAll(canonical, "|", "\n")
	date := regexp.MustCompile(`(?m)^x-sdk-date:(.*)$`).FindStringSubmatch(canonical)
	if date == nil {
		t.Fatal(canonical)
	}
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "SDK-HMAC-SHA256\n%s\n%x", date[1], sha256.Sum256([]byte(canonical)))
	if signature := hex.EncodeToString(mac.Sum(nil)); !strings.HasSuffix(at.sent.Get("Authorization"), "Signature="+signature) {
		t.Fatalf("sent %v, the message's canonical request gives %s", at.sent, signature)
	}
}

func TestAWrongSecretShowsTheCanonicalRequest(t *testing.T) {
	const prefix = unauthenticated + "verify aksk signature fail, canonicalRequest:"
	everywhere(t, func(t *testing.T, at *place) {
		user := newPerson(t, at) // failures lock a key
		wrong := key{user.ak, strings.Repeat("0", 40)}
		client := must(at.ecsOf(wrong, project))(t)
		limit, name := int32(10), "ä b+c"
		_, err := client.ListServersDetails(&model.ListServersDetailsRequest{Limit: &limit, Name: &name})
		refusal := refused(t, err, 401, "APIGW.0301")
		if !strings.HasPrefix(refusal.ErrorMessage, prefix+"GET|/v1/"+project+"/cloudservers/detail/|limit=10&name=") {
			t.Fatal(refusal.ErrorMessage)
		}
		builtBySdk(t, at, wrong.sk, strings.TrimPrefix(refusal.ErrorMessage, prefix))
	})
}

func TestAWrongSecretShowsTheCanonicalRequestOfTheLookUp(t *testing.T) {
	const prefix = "verify aksk signature fail, canonicalRequest:"
	everywhere(t, func(t *testing.T, at *place) {
		_, err := at.findEcs(key{newPerson(t, at).ak, strings.Repeat("0", 40)}, home)
		if err == nil {
			t.Fatal("found a project with a wrong secret")
		}
		canonical := regexp.MustCompile(regexp.QuoteMeta(prefix) + `([^"\\, ]*)`).FindStringSubmatch(err.Error())
		if canonical == nil || !strings.HasPrefix(canonical[1], "GET|/v3/projects/|name=cn-north-4|") {
			t.Fatal(err)
		}
		builtBySdk(t, at, strings.Repeat("0", 40), canonical[1])
	})
}

func TestAGlobalKeyFindsItsAccount(t *testing.T) {
	everywhere(t, func(t *testing.T, at *place) {
		client := at.iam(t, newPerson(t, at).key) // a new key: the SDK keeps what it once found
		domains := *must(client.KeystoneListAuthDomains(&iammodel.KeystoneListAuthDomainsRequest{}))(t).Domains
		if found := at.sent.Get("X-Domain-Id"); found != account {
			t.Fatal(found)
		}
		if len(domains) != 1 || domains[0].Id != account || domains[0].Name != "demo" {
			t.Fatalf("%+v", domains)
		}
	})
}

func TestAGlobalServiceTakesTheSameKey(t *testing.T) {
	everywhere(t, func(t *testing.T, at *place) {
		client := at.tms(t, admin)
		tags := []tmsmodel.PredefineTagRequest{{Key: "go", Value: "v"}}
		create := &tmsmodel.ReqCreatePredefineTag{Action: tmsmodel.GetReqCreatePredefineTagActionEnum().CREATE, Tags: tags}
		must(client.CreatePredefineTags(&tmsmodel.CreatePredefineTagsRequest{Body: create}))(t)
		wanted := "go"
		found := must(client.ListPredefineTags(&tmsmodel.ListPredefineTagsRequest{Key: &wanted}))(t)
		if len(*found.Tags) != 1 {
			t.Fatalf("%v", found)
		}
		remove := &tmsmodel.ReqDeletePredefineTag{Action: tmsmodel.GetReqDeletePredefineTagActionEnum().DELETE, Tags: tags}
		must(client.DeletePredefineTags(&tmsmodel.DeletePredefineTagsRequest{Body: remove}))(t)
	})
}

func TestNobodyListens(t *testing.T) {
	unused := must(net.Listen("tcp", "127.0.0.1:0"))(t)
	at := &place{url: "http://" + unused.Addr().String()}
	unused.Close()
	_, err := must(at.ecsOf(admin, project))(t).ListServersDetails(list)
	var network *url.Error
	if !errors.As(err, &network) || !strings.Contains(err.Error(), "connection refused") {
		t.Fatalf("%T %v", err, err)
	}
}

func TestAnUnknownAuthorityIsToldAsSuch(t *testing.T) {
	_, err := (&http.Client{Transport: &http.Transport{}}).Get(demo.https)
	if err == nil || !strings.Contains(err.Error(), "unknown authority") {
		t.Fatal(err)
	}
}
