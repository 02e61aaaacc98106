package jianmen;

import com.huaweicloud.sdk.core.ClientBuilder;
import com.huaweicloud.sdk.core.HttpListener;
import com.huaweicloud.sdk.core.auth.BasicCredentials;
import com.huaweicloud.sdk.core.auth.GlobalCredentials;
import com.huaweicloud.sdk.core.auth.ICredential;
import com.huaweicloud.sdk.core.http.HttpConfig;
import com.huaweicloud.sdk.core.region.Region;
import com.huaweicloud.sdk.ecs.v2.EcsClient;
import com.huaweicloud.sdk.iam.v3.IamClient;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/** One listener, and the real SDK's clients for it. */
final class Place {
  final String url;
  private final Map<String, List<String>> sent = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

  Place(String url) {
    this.url = url;
  }

  /** The rows' argument: each runs over http and over https. */
  static Stream<Place> all() {
    return Stream.of(new Place(Demo.RUNNING.http), new Place(Demo.RUNNING.https));
  }

  @Override
  public String toString() {
    return url.substring(0, url.indexOf(':'));
  }

  /** A header of the last request that the SDK made. */
  String sent(String header) {
    return String.join(",", sent.getOrDefault(header, List.of()));
  }

  SSLContext tls() {
    try {
      var context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {Demo.RUNNING.authority}, null);
      return context;
    } catch (GeneralSecurityException error) {
      throw new AssertionError(error);
    }
  }

  /** The project is left to the SDK, which asks IAM by the region's name. */
  EcsClient ecs(Demo.Key key, String region) {
    return ecs(key, region, null);
  }

  EcsClient ecs(Demo.Key key) {
    return ecs(key, Demo.HOME, null);
  }

  EcsClient ecs(Demo.Key key, String region, String project) {
    var credential = new BasicCredentials().withAk(key.ak()).withSk(key.sk()).withIamEndpoint(url);
    if (project != null) credential.withProjectId(project);
    return build(EcsClient.newBuilder(), credential, region);
  }

  /** The account is left to the SDK, which asks IAM for it. */
  IamClient iam(Demo.Key key) {
    var credential = new GlobalCredentials().withAk(key.ak()).withSk(key.sk()).withIamEndpoint(url);
    return build(IamClient.newBuilder(), credential, Demo.HOME);
  }

  private <T> T build(ClientBuilder<T> builder, ICredential credential, String region) {
    return builder
        .withHttpConfig(config())
        .withCredential(credential)
        .withRegion(new Region(region, url))
        .build();
  }

  private HttpConfig config() {
    var listener =
        HttpListener.forRequestListener(
            request -> {
              sent.clear();
              sent.putAll(request.headers());
            });
    return HttpConfig.getDefaultHttpConfig()
        .withSSLSocketFactory(tls().getSocketFactory())
        .withX509TrustManager(Demo.RUNNING.authority)
        .addHttpListener(listener);
  }
}
