package jianmen;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** A freshly started demo, one for the life of this process, and its published data (data/demo.json). */
final class Demo {
  static final String ACCOUNT = "0503dda878000fed0f75c0096d70a960";
  static final String PROJECT = "05041fffa40025702f6dc009cc6f8f33"; // cn-north-4, holds eight servers
  static final String SERVER = "78ccc986-016f-4405-94f9-c4d58421eca7";
  static final String HOME = "cn-north-4";
  static final String OTHER = "cn-east-3";

  record Key(String ak, String sk) {}

  static final Key ADMIN = new Key("JIANMENDEMOADMIN0001", "jianmenDemoAdminSecretKeyForLocalUseOnly");
  static final Key VIEWER = new Key("JIANMENDEMOVIEWER001", "jianmenDemoViewerSecretKeyForLocalUseOne");
  static final Key NEWCOMER = new Key("JIANMENDEMONEWBIE001", "jianmenDemoNewcomerSecretKeyForLocalOnly");

  static final Demo RUNNING = start();

  final String http;
  final String https;
  final X509TrustManager authority;

  private Demo(String http, String https, X509TrustManager authority) {
    this.http = http;
    this.https = https;
    this.authority = authority;
  }

  private static Demo start() {
    try {
      var home = Files.createTempDirectory("jm-"); // short: a Unix socket's path has 108 bytes
      System.setProperty("user.home", home.toString()); // the SDK keeps a file there
      var server =
          command(home, "serve", "--demo", "--listen", "http://127.0.0.1:0", "--listen", "https://127.0.0.1:0")
              .redirectError(home.resolve("err").toFile())
              .start();
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server, home)));
      String http = null;
      String https = null;
      var out = new BufferedReader(new InputStreamReader(server.getInputStream()));
      while (http == null || https == null) {
        var line = out.readLine();
        if (line == null) {
          throw new IOException("the server did not start: " + Files.readString(home.resolve("err")));
        }
        if (line.startsWith("ready https:")) https = line.substring("ready ".length());
        if (line.startsWith("ready http:")) http = line.substring("ready ".length());
      }
      var drain = new Thread(() -> out.lines().forEach(line -> {}));
      drain.setDaemon(true);
      drain.start();
      return new Demo(http, https, trust(command(home, "admin", "ca").start().getInputStream().readAllBytes()));
    } catch (IOException | GeneralSecurityException error) {
      throw new AssertionError(error);
    }
  }

  private static ProcessBuilder command(Path home, String... arguments) {
    var builder = new ProcessBuilder(System.getenv("JIANMEN"));
    builder.command().addAll(List.of(arguments));
    builder.environment().put("HOME", home.toString());
    builder.environment().put("XDG_STATE_HOME", home.resolve("state").toString());
    builder.environment().put("JIANMEN_SOCKET", home.resolve("j.sock").toString());
    return builder;
  }

  private static X509TrustManager trust(byte[] pem) throws IOException, GeneralSecurityException {
    var store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    var certificate = CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(pem));
    store.setCertificateEntry("authority", certificate);
    var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return (X509TrustManager) factory.getTrustManagers()[0];
  }

  private static void stop(Process server, Path home) {
    server.destroy();
    try (var files = Files.walk(home)) {
      if (!server.waitFor(10, TimeUnit.SECONDS)) server.destroyForcibly();
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException | InterruptedException error) {
      System.err.println(error);
    }
  }
}
