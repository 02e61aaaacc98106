package jianmen;

import static jianmen.Refusals.counted;
import static jianmen.Refusals.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.huaweicloud.sdk.ecs.v2.EcsClient;
import com.huaweicloud.sdk.ecs.v2.model.*;
import java.util.List;

/** A server from its order to its end, and answers that must fit the SDK's strict models. */
class ServersTest {
  private static ServerDetail show(EcsClient client, String id) {
    return client.showServer(new ShowServerRequest().withServerId(id)).getServer();
  }

  private static void finish(EcsClient client, String job) throws InterruptedException {
    for (var limit = System.nanoTime() + 30_000_000_000L; System.nanoTime() < limit; Thread.sleep(20)) {
      var status = client.showJob(new ShowJobRequest().withJobId(job)).getStatus();
      assertNotEquals(ShowJobResponse.StatusEnum.FAIL, status, job);
      if (ShowJobResponse.StatusEnum.SUCCESS.equals(status)) return;
    }
    throw new AssertionError("the job does not end");
  }

  /** A server like the demo's own, as a person copies from an existing one. */
  private static String create(EcsClient client, String name) throws InterruptedException {
    var like = show(client, Demo.SERVER);
    var ports = client.listServerInterfaces(new ListServerInterfacesRequest().withServerId(Demo.SERVER));
    var volume = new PostPaidServerRootVolume().withVolumetype(PostPaidServerRootVolume.VolumetypeEnum.SSD);
    var order =
        new PostPaidServer()
            .withName(name)
            .withImageRef(like.getImage().getId())
            .withFlavorRef("s6.small.1")
            .withVpcid(like.getAddresses().keySet().iterator().next())
            .withNics(
                List.of(new PostPaidServerNic().withSubnetId(ports.getInterfaceAttachments().get(0).getNetId())))
            .withRootVolume(volume);
    var body = new CreatePostPaidServersRequestBody().withServer(order);
    var made = client.createPostPaidServers(new CreatePostPaidServersRequest().withBody(body));
    finish(client, made.getJobId());
    return made.getServerIds().get(0);
  }

  @Everywhere
  void theLifeOfAServer(Place at) throws InterruptedException {
    var client = at.ecs(Demo.ADMIN);
    var id = create(client, "java");
    var made = show(client, id);
    assertEquals("java", made.getName());
    assertEquals("ACTIVE", made.getStatus());
    assertEquals(Demo.PROJECT, made.getTenantId());
    counted(9, client);
    var one = List.of(new ServerId().withId(id));

    var stop = new BatchStopServersRequestBody().withOsStop(new BatchStopServersOption().withServers(one));
    finish(client, client.batchStopServers(new BatchStopServersRequest().withBody(stop)).getJobId());
    assertEquals("SHUTOFF", show(client, id).getStatus());
    var start = new BatchStartServersRequestBody().withOsStart(new BatchStartServersOption().withServers(one));
    finish(client, client.batchStartServers(new BatchStartServersRequest().withBody(start)).getJobId());
    assertEquals("ACTIVE", show(client, id).getStatus());

    var rename = new UpdateServerRequestBody().withServer(new UpdateServerOption().withName("java-renamed"));
    client.updateServer(new UpdateServerRequest().withServerId(id).withBody(rename));
    var tag =
        new BatchCreateServerTagsRequestBody()
            .withAction(BatchCreateServerTagsRequestBody.ActionEnum.CREATE)
            .withTags(List.of(new BatchAddServerTag().withKey("team").withValue("java")));
    client.batchCreateServerTags(new BatchCreateServerTagsRequest().withServerId(id).withBody(tag));
    assertEquals("java-renamed", show(client, id).getName());
    assertEquals(List.of("team=java"), show(client, id).getTags());

    var delete = new DeleteServersRequestBody().withServers(one);
    finish(client, client.deleteServers(new DeleteServersRequest().withBody(delete)).getJobId());
    refused(404, "Ecs.0114", () -> show(client, id));
    counted(8, client);
  }

  @Everywhere
  void theSdksModelsFit(Place at) {
    var client = at.ecs(Demo.ADMIN);
    assertTrue(client.listFlavors(new ListFlavorsRequest()).getFlavors().size() > 10);
    assertTrue(client.showServerLimits(new ShowServerLimitsRequest()).getAbsolute().getMaxTotalInstances() >= 1000);
    assertEquals(8, client.novaListServersDetails(new NovaListServersDetailsRequest()).getServers().size());
    client.novaListAvailabilityZones(new NovaListAvailabilityZonesRequest());
  }
}
