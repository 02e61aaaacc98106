package jianmen;

import static jianmen.Refusals.UNAUTHENTICATED;
import static jianmen.Refusals.counted;
import static jianmen.Refusals.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.huaweicloud.sdk.ecs.v2.model.DeleteServersRequest;
import com.huaweicloud.sdk.ecs.v2.model.DeleteServersRequestBody;
import com.huaweicloud.sdk.ecs.v2.model.ListServersDetailsRequest;
import com.huaweicloud.sdk.ecs.v2.model.ServerId;
import java.util.List;

/** May you: what a user sees before a grant, with one, and after its key is gone. */
class PermissionsTest {
  private static final ListServersDetailsRequest LIST = new ListServersDetailsRequest();

  @Everywhere
  void aNewcomerIsRefusedWithEveryField(Place at) {
    var client = at.ecs(Demo.NEWCOMER);
    var error = refused(403, "Ecs.0110", () -> client.listServersDetails(LIST));
    assertEquals("do not have the required roles, forbidden to perform this action.", error.getErrorMsg());
    assertTrue(error.getRequestId().matches("[0-9a-f]{32}"), error.getRequestId());
  }

  @Everywhere
  void aViewerSeesAndDeletesNothing(Place at) {
    var client = at.ecs(Demo.VIEWER);
    counted(8, client);
    var body = new DeleteServersRequestBody().withServers(List.of(new ServerId().withId(Demo.SERVER)));
    refused(403, "Ecs.0110", () -> client.deleteServers(new DeleteServersRequest().withBody(body)));
    counted(8, client);
  }

  @Everywhere
  void aViewerOfOneRegionSeesNoOther(Place at) {
    var client = at.ecs(Demo.VIEWER, Demo.OTHER);
    refused(403, "Ecs.0110", () -> client.listServersDetails(LIST));
  }

  @Everywhere
  void aGrantOpensTheDoorToTheSameKey(Place at) {
    var person = new Person(at);
    var client = at.ecs(person.key);
    refused(403, "Ecs.0110", () -> client.listServersDetails(LIST));
    person.grant("ECS ReadOnlyAccess");
    counted(8, client);
  }

  @Everywhere
  void aDeletedKeyIsRefusedAtOnce(Place at) {
    var person = new Person(at);
    person.grant("ECS ReadOnlyAccess");
    var client = at.ecs(person.key);
    counted(8, client);
    person.deleteKey();
    var error = refused(401, "APIGW.0301", () -> client.listServersDetails(LIST));
    assertEquals(UNAUTHENTICATED + "ak " + person.key.ak() + " not exist", error.getErrorMsg());
  }
}
