package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/basic"
	ecs "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/ecs/v2"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/ecs/v2/model"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/ecs/v2/region"
)

// With this variable the test program is the guide's sample: a region, no endpoint.
const asSample = "E2E_SAMPLE"

func sample() int {
	auth := basic.NewCredentialsBuilder().WithAk(os.Getenv("HUAWEICLOUD_SDK_AK")).WithSk(os.Getenv("HUAWEICLOUD_SDK_SK")).Build()
	client := ecs.NewEcsClient(ecs.EcsClientBuilder().WithRegion(region.ValueOf("cn-north-4")).WithCredential(auth).Build())
	answer, err := client.ListServersDetails(&model.ListServersDetailsRequest{})
	if err != nil {
		return complain(err)
	}
	fmt.Println(*answer.Count)
	return 0
}

func TestTheGuidesSampleRunsAsItIs(t *testing.T) {
	for _, room := range []string{"on", "off"} {
		t.Run(room, func(t *testing.T) {
			if room == "on" && os.Getenv("E2E_ROOM") == "no" {
				t.Skip("this machine refuses namespaces")
			}
			command := exec.Command(os.Getenv("JIANMEN"), "run", "--own", "--room", room, "--", os.Args[0])
			command.Env = append(os.Environ(), asSample+"=1")
			out, err := command.Output()
			if err != nil || string(out) != "8\n" {
				t.Fatalf("%v: %s", err, out)
			}
		})
	}
}
