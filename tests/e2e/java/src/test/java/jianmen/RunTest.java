package jianmen;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunTest {
  @ParameterizedTest
  @ValueSource(strings = {"on", "off"})
  void theGuidesSampleRunsAsItIs(String room) throws IOException, InterruptedException {
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
