package jianmen;

import com.huaweicloud.sdk.core.auth.BasicCredentials;
import com.huaweicloud.sdk.ecs.v2.EcsClient;
import com.huaweicloud.sdk.ecs.v2.model.ListServersDetailsRequest;
import com.huaweicloud.sdk.ecs.v2.region.EcsRegion;

/** The guide's sample: a region, no endpoint. RunTest runs it in a room. */
final class Sample {
  public static void main(String[] arguments) {
    var credential =
        new BasicCredentials()
            .withAk(System.getenv("HUAWEICLOUD_SDK_AK"))
            .withSk(System.getenv("HUAWEICLOUD_SDK_SK"));
    var client =
        EcsClient.newBuilder().withCredential(credential).withRegion(EcsRegion.valueOf("cn-north-4")).build();
    System.out.println(client.listServersDetails(new ListServersDetailsRequest()).getCount());
  }
}
