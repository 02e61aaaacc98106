package jianmen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.huaweicloud.sdk.core.exception.ClientRequestException;
import com.huaweicloud.sdk.ecs.v2.EcsClient;
import com.huaweicloud.sdk.ecs.v2.model.ListServersDetailsRequest;
import org.junit.jupiter.api.function.Executable;

/** What rows ask of an answer. */
final class Refusals {
  static final String UNAUTHENTICATED = "Incorrect IAM authentication information: ";

  private Refusals() {}

  /** The SDK's own exception, with this status and code. */
  static ClientRequestException refused(int status, String code, Executable call) {
    var error = assertThrows(ClientRequestException.class, call);
    assertEquals(status + " " + code, error.getHttpStatusCode() + " " + error.getErrorCode(), error.toString());
    return error;
  }

  static void counted(int wanted, EcsClient client) {
    var answer = client.listServersDetails(new ListServersDetailsRequest());
    assertEquals(wanted, answer.getCount());
    assertEquals(wanted, answer.getServers().size());
  }
}
