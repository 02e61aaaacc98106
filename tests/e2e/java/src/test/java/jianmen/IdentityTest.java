package jianmen;

import static jianmen.Refusals.UNAUTHENTICATED;
import static jianmen.Refusals.counted;
import static jianmen.Refusals.refused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.huaweicloud.sdk.core.auth.BasicCredentials;
import com.huaweicloud.sdk.core.exception.ConnectionException;
import com.huaweicloud.sdk.core.exception.SslHandShakeException;
import com.huaweicloud.sdk.core.http.HttpConfig;
import com.huaweicloud.sdk.core.region.Region;
import com.huaweicloud.sdk.ecs.v2.EcsClient;
import com.huaweicloud.sdk.ecs.v2.model.ListServersDetailsRequest;
import com.huaweicloud.sdk.iam.v3.model.KeystoneListAuthDomainsRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/** Who are you: tokens by plain HTTP, keys with the real SDK, and how it tells a refusal. */
class IdentityTest {
  private static final String WRONG_SK = "0".repeat(40);
  private static final String MISMATCH = "verify aksk signature fail, canonicalRequest:";
  private static final ListServersDetailsRequest LIST = new ListServersDetailsRequest();

  /** The gateway's whole answer to a token, its request id included. */
  private static void tokenRefused(Place at, String token, String detail) throws IOException, InterruptedException {
    var uri = URI.create(at.url + "/v1/" + Demo.PROJECT + "/cloudservers/detail");
    var request = HttpRequest.newBuilder(uri);
    if (token != null) request.header("X-Auth-Token", token);
    var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).sslContext(at.tls()).build();
    var answer = client.send(request.build(), BodyHandlers.ofString());
    var id = answer.headers().firstValue("X-Request-Id").orElseThrow();
    assertEquals(401, answer.statusCode());
    assertEquals(
        """
        {"error_msg":"%s","error_code":"APIGW.0301","request_id":"%s"}"""
            .formatted(UNAUTHENTICATED + detail, id),
        answer.body().strip());
  }

  @Everywhere
  void noTokenIsToldAsSuch(Place at) throws Exception {
    tokenRefused(at, null, "x-auth-token not found");
  }

  @Everywhere
  void aBrokenTokenIsToldAsSuch(Place at) throws Exception {
    tokenRefused(at, "MIIbroken", "decrypt token fail");
  }

  @Everywhere
  void theGuidesSampleListsEightServers(Place at) {
    counted(8, at.ecs(Demo.ADMIN));
  }

  @Everywhere
  void aGivenProjectNeedsNoLookUp(Place at) {
    counted(8, at.ecs(Demo.ADMIN, Demo.HOME, Demo.PROJECT));
  }

  @Everywhere
  void aKeyWorksInEveryRegion(Place at) {
    counted(0, at.ecs(Demo.ADMIN, Demo.OTHER));
    counted(0, at.ecs(Demo.ADMIN, "ap-southeast-1"));
  }

  /** The text of an error and of all that it wraps. */
  private static String told(Throwable error) {
    return error == null ? "" : error + "\n" + told(error.getCause());
  }

  @Everywhere
  void anUnknownKeyStopsTheSdkAtItsFirstLookUp(Place at) {
    var unknown = new Demo.Key("NOSUCHACCESSKEY00001", WRONG_SK);
    var text = told(assertThrows(Exception.class, () -> at.ecs(unknown)));
    assertTrue(text.contains(UNAUTHENTICATED + "ak NOSUCHACCESSKEY00001 not exist"), text);
    assertTrue(text.contains("ClientRequestException"), text);
  }

  /**
   * A canonical request is byte for byte what the SDK had built, if signed again with the client's
   * own (wrong) secret it gives the signature that the SDK sent.
   */
  private static void builtBySdk(Place at, String secret, String told) throws GeneralSecurityException {
    var canonical = told.replace("|", "\n");
    var date = Pattern.compile("(?m)^x-sdk-date:(.*)$").matcher(canonical);
    assertTrue(date.find(), told);
    var digest = MessageDigest.getInstance("SHA-256").digest(canonical.getBytes(StandardCharsets.UTF_8));
    var text = "SDK-HMAC-SHA256\n" + date.group(1) + "\n" + HexFormat.of().formatHex(digest);
    var mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    var signature = HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    assertTrue(at.sent("Authorization").endsWith("Signature=" + signature), told);
  }

  @Everywhere
  void aWrongSecretShowsTheCanonicalRequest(Place at) throws Exception {
    var wrong = new Demo.Key(new Person(at).key.ak(), WRONG_SK); // failures lock a key
    var client = at.ecs(wrong, Demo.HOME, Demo.PROJECT);
    var request = new ListServersDetailsRequest().withLimit(10).withName("ä b+c");
    var error = refused(401, "APIGW.0301", () -> client.listServersDetails(request));
    var start = UNAUTHENTICATED + MISMATCH;
    var first = "GET|/v1/" + Demo.PROJECT + "/cloudservers/detail/|limit=10&name=";
    assertTrue(error.getErrorMsg().startsWith(start + first), error.getErrorMsg());
    builtBySdk(at, WRONG_SK, error.getErrorMsg().substring(start.length()));
  }

  @Everywhere
  void aWrongSecretShowsTheCanonicalRequestOfTheLookUp(Place at) throws Exception {
    var wrong = new Demo.Key(new Person(at).key.ak(), WRONG_SK);
    var text = told(assertThrows(Exception.class, () -> at.ecs(wrong)));
    var canonical = Pattern.compile(MISMATCH + "([^\",\\s]*[0-9a-f]{64})").matcher(text);
    assertTrue(canonical.find(), text);
    var host = URI.create(at.url).getAuthority();
    assertTrue(canonical.group(1).startsWith("GET|/v3/projects/|name=cn-north-4|host:" + host + "|"), text);
    builtBySdk(at, WRONG_SK, canonical.group(1));
  }

  @Everywhere
  void aGlobalKeyFindsItsAccount(Place at) {
    var client = at.iam(new Person(at).key); // a new key: the SDK keeps what it once found
    var domains = client.keystoneListAuthDomains(new KeystoneListAuthDomainsRequest()).getDomains();
    assertEquals(Demo.ACCOUNT, at.sent("X-Domain-Id"));
    assertEquals(1, domains.size());
    assertEquals(Demo.ACCOUNT, domains.get(0).getId());
    assertEquals("demo", domains.get(0).getName());
  }

  @Test
  void nobodyListens() throws IOException {
    int port;
    try (var unused = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = unused.getLocalPort();
    }
    var client = new Place("http://127.0.0.1:" + port).ecs(Demo.ADMIN, Demo.HOME, Demo.PROJECT);
    assertThrows(ConnectionException.class, () -> client.listServersDetails(LIST));
  }

  @Test
  void anUnknownAuthorityIsToldAsSuch() {
    var credential = new BasicCredentials().withAk("x").withSk("x").withProjectId(Demo.PROJECT);
    var client =
        EcsClient.newBuilder()
            .withHttpConfig(HttpConfig.getDefaultHttpConfig())
            .withCredential(credential)
            .withRegion(new Region(Demo.HOME, Demo.RUNNING.https))
            .build();
    assertThrows(SslHandShakeException.class, () -> client.listServersDetails(LIST));
  }
}
