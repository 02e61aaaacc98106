package jianmen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunTest {
  @ParameterizedTest
  @ValueSource(strings = {"on", "off"})
  void theGuidesSampleRunsAsItIs(String room) throws IOException, InterruptedException {
    assumeFalse(
        room.equals("on") && "no".equals(System.getenv("E2E_ROOM")), "this machine refuses namespaces");
    var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    var process =
        new ProcessBuilder(
                System.getenv("JIANMEN"), "run", "--own", "--room", room, "--",
                java, "-cp", System.getProperty("java.class.path"), "jianmen.Sample")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    var out = new String(process.getInputStream().readAllBytes());
    assertEquals(0, process.waitFor());
    assertEquals("8\n", out);
  }
}
