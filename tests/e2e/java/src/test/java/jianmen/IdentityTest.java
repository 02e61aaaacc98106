package jianmen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.huaweicloud.sdk.core.HttpListener;
import com.huaweicloud.sdk.core.auth.BasicCredentials;
import com.huaweicloud.sdk.core.auth.GlobalCredentials;
import com.huaweicloud.sdk.core.exception.ClientRequestException;
import com.huaweicloud.sdk.core.exception.ConnectionException;
import com.huaweicloud.sdk.core.http.HttpConfig;
import com.huaweicloud.sdk.core.region.Region;
import com.huaweicloud.sdk.ecs.v2.EcsClient;
import com.huaweicloud.sdk.ecs.v2.model.*;
import com.huaweicloud.sdk.iam.v3.IamClient;
import com.huaweicloud.sdk.iam.v3.model.KeystoneListGroupsRequest;
import com.huaweicloud.sdk.iam.v3.model.KeystoneListUsersRequest;
import java.io.FileInputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The main rows of the guide's table with the real Java SDK, whose models are strict about JSON types. */
class TableTest {
  private static final String PROJECT = "05041fffa40025702f6dc009cc6f8f33";
  private static final String SERVER = "78ccc986-016f-4405-94f9-c4d58421eca7";
  private static final String[] ADMIN = {
    "JIANMENDEMOADMIN0001", "jianmenDemoAdminSecretKeyForLocalUseOnly"
  };
  private static final String[] VIEWER = {
    "JIANMENDEMOVIEWER001", "jianmenDemoViewerSecretKeyForLocalUseOne"
  };
  private static final String[] NEWCOMER = {
    "JIANMENDEMONEWBIE001", "jianmenDemoNewcomerSecretKeyForLocalOnly"
  };
  private static final String INFORMATION = "Incorrect IAM authentication information: ";

  /** Authorization headers that the SDK sent, newest last. */
  private final List<String> sent = new ArrayList<>();

  private static String url(String scheme) {
    return System.getenv("JIANMEN_" + scheme.toUpperCase());
  }

  private HttpConfig config() {
    try (var file = new FileInputStream(System.getenv("JIANMEN_CA"))) {
      var store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      store.setCertificateEntry("ca", CertificateFactory.getInstance("X.509").generateCertificate(file));
      var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      var trust = (X509TrustManager) factory.getTrustManagers()[0];
      var tls = SSLContext.getInstance("TLS");
      tls.init(null, new X509TrustManager[] {trust}, null);
      return HttpConfig.getDefaultHttpConfig()
          .withSSLSocketFactory(tls.getSocketFactory())
          .withX509TrustManager(trust)
          .addHttpListener(
              HttpListener.forRequestListener(
                  request ->
                      request.headers().getOrDefault("Authorization", List.of()).forEach(sent::add)));
    } catch (Exception error) {
      throw new AssertionError(error);
    }
  }

  private EcsClient ecs(String url, String[] key, String region, String project) {
    var credential = new BasicCredentials().withAk(key[0]).withSk(key[1]).withIamEndpoint(url);
    if (project != null) credential.withProjectId(project);
    return EcsClient.newBuilder()
        .withHttpConfig(config())
        .withCredential(credential)
        .withRegion(new Region(region, url))
        .build();
  }

  private EcsClient ecs(String url, String[] key) {
    return ecs(url, key, "cn-north-4", null);
  }

  private static int count(EcsClient client) {
    return client.listServersDetails(new ListServersDetailsRequest()).getCount();
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "https"})
  void theGuidesSampleListsEightServers(String scheme) {
    var answer = ecs(url(scheme), ADMIN).listServersDetails(new ListServersDetailsRequest());
    assertEquals(8, answer.getCount());
    assertEquals(8, answer.getServers().size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "https"})
  void aKeyWorksInEveryRegion(String scheme) {
    assertEquals(0, count(ecs(url(scheme), ADMIN, "cn-east-3", null)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "https"})
  void anUnknownKeyStopsTheSdkAtItsFirstLookUp(String scheme) {
    var unknown = new String[] {"NOSUCHACCESSKEY00001", ADMIN[1]};
    var error = assertThrows(Exception.class, () -> count(ecs(url(scheme), unknown)));
    var text = new StringBuilder();
    for (Throwable cause = error; cause != null; cause = cause.getCause()) text.append(cause);
    assertTrue(text.toString().contains(INFORMATION + "ak NOSUCHACCESSKEY00001 not exist"), text.toString());
  }

  /**
   * The canonical request in the message, signed again with the client's own (wrong) secret, gives
   * the client's own signature: so it is byte for byte what the SDK had built.
   */
  @ParameterizedTest
  @ValueSource(strings = {"http", "https"})
  void aWrongSecretShowsTheCanonicalRequest(String scheme) throws Exception {
    var wrong = new String[] {VIEWER[0], "0".repeat(40)};
    var client = ecs(url(scheme), wrong, "cn-north-4", PROJECT);
    var request = new ListServersDetailsRequest().withLimit(10).withName("a b+c");
    var error = assertThrows(ClientRequestException.class, () -> client.listServersDetails(request));
    assertEquals(401, error.getHttpStatusCode());
    assertEquals("APIGW.0301", error.getErrorCode());
    var prefix = INFORMATION + "verify aksk signature fail, canonicalRequest:";
    assertTrue(error.getErrorMsg().startsWith(prefix), error.getErrorMsg());
    var canonical = error.getErrorMsg().substring(prefix.length()).replace("|", "\n");
    var date = Pattern.compile("(?m)^x-sdk-date:(.*)$").matcher(canonical);
    assertTrue(date.find());
    var digest = MessageDigest.getInstance("SHA-256").digest(canonical.getBytes(StandardCharsets.UTF_8));
    var mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(wrong[1].getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    var text = "SDK-HMAC-SHA256\n" + date.group(1) + "\n" + hex(digest);
    var signature = hex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    assertTrue(sent.get(sent.size() - 1).endsWith("Signature=" + signature), sent + " " + signature);
    count(ecs(url(scheme), VIEWER)); // a success ends the run of failures
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "https"})
  void aNewcomerIsRefusedWithEveryField(String scheme) {
    var client = ecs(url(scheme), NEWCOMER);
    var error = assertThrows(ClientRequestException.class, () -> count(client));
    assertEquals(403, error.getHttpStatusCode());
    assertEquals("Ecs.0110", error.getErrorCode());
    assertEquals("do not have the required roles, forbidden to perform this action.", error.getErrorMsg());
    assertTrue(error.getRequestId().matches("[0-9a-f]{32}"), error.getRequestId());
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "https"})
  void aViewerSeesAndDeletesNothing(String scheme) {
    var client = ecs(url(scheme), VIEWER);
    assertEquals(8, count(client));
    var body = new DeleteServersRequestBody().withServers(List.of(new ServerId().withId(SERVER)));
    var request = new DeleteServersRequest().withBody(body);
    var error = assertThrows(ClientRequestException.class, () -> client.deleteServers(request));
    assertEquals("Ecs.0110", error.getErrorCode());
  }

  private static void finish(EcsClient client, String job) throws InterruptedException {
    for (var limit = System.nanoTime() + 30_000_000_000L; System.nanoTime() < limit; Thread.sleep(20)) {
      var status = client.showJob(new ShowJobRequest().withJobId(job)).getStatus().getValue();
      if (status.equals("SUCCESS")) return;
      assertTrue(!status.equals("FAIL"), job);
    }
    throw new AssertionError("the job does not end");
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "https"})
  void theLifeOfAServer(String scheme) throws InterruptedException {
    var client = ecs(url(scheme), ADMIN);
    var model = client.showServer(new ShowServerRequest().withServerId(SERVER)).getServer();
    var ports =
        client
            .listServerInterfaces(new ListServerInterfacesRequest().withServerId(SERVER))
            .getInterfaceAttachments();
    var order =
        new PostPaidServer()
            .withName("java")
            .withImageRef(model.getImage().getId())
            .withFlavorRef("s6.small.1")
            .withVpcid(model.getAddresses().keySet().iterator().next())
            .withNics(List.of(new PostPaidServerNic().withSubnetId(ports.get(0).getNetId())))
            .withRootVolume(
                new PostPaidServerRootVolume()
                    .withVolumetype(PostPaidServerRootVolume.VolumetypeEnum.SSD));
    var body = new CreatePostPaidServersRequestBody().withServer(order);
    var made = client.createPostPaidServers(new CreatePostPaidServersRequest().withBody(body));
    finish(client, made.getJobId());
    var id = made.getServerIds().get(0);
    assertEquals("ACTIVE", client.showServer(new ShowServerRequest().withServerId(id)).getServer().getStatus());
    var delete = new DeleteServersRequestBody().withServers(List.of(new ServerId().withId(id)));
    finish(client, client.deleteServers(new DeleteServersRequest().withBody(delete)).getJobId());
    var error =
        assertThrows(
            ClientRequestException.class,
            () -> client.showServer(new ShowServerRequest().withServerId(id)));
    assertEquals(404, error.getHttpStatusCode());
    assertEquals("Ecs.0114", error.getErrorCode());
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "https"})
  void theModelsOfOtherCallsAreRead(String scheme) {
    var client = ecs(url(scheme), ADMIN);
    assertTrue(client.listFlavors(new ListFlavorsRequest()).getFlavors().size() > 10);
    assertTrue(
        client.showServerLimits(new ShowServerLimitsRequest()).getAbsolute().getMaxTotalInstances() >= 1000);
    assertEquals(8, client.novaListServersDetails(new NovaListServersDetailsRequest()).getServers().size());
    client.novaListAvailabilityZones(new NovaListAvailabilityZonesRequest());
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "https"})
  void aGlobalKeyFindsItsAccount(String scheme) {
    var url = url(scheme);
    var client =
        IamClient.newBuilder()
            .withHttpConfig(config())
            .withCredential(
                new GlobalCredentials().withAk(ADMIN[0]).withSk(ADMIN[1]).withIamEndpoint(url))
            .withRegion(new Region("cn-north-4", url))
            .build();
    var users = client.keystoneListUsers(new KeystoneListUsersRequest()).getUsers();
    assertTrue(users.stream().anyMatch(user -> user.getName().equals("newcomer")));
    var groups = client.keystoneListGroups(new KeystoneListGroupsRequest()).getGroups();
    assertTrue(groups.stream().anyMatch(group -> group.getName().equals("admin")));
  }

  @Test
  void nobodyListens() throws Exception {
    int port;
    try (var unused = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = unused.getLocalPort();
    }
    var client = ecs("http://127.0.0.1:" + port, ADMIN, "cn-north-4", PROJECT);
    assertThrows(ConnectionException.class, () -> count(client));
  }
}
