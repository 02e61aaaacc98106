package jianmen;

import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

/** One line a case; tests/e2e/java/run counts them. */
public final class Report implements TestExecutionListener {
  @Override
  public void executionFinished(TestIdentifier test, TestExecutionResult result) {
    if (result.getStatus() == TestExecutionResult.Status.ABORTED) { // an assumption does not hold on this machine
      System.out.println("skip " + sentence(test));
      return;
    }
    var passed = result.getStatus() == TestExecutionResult.Status.SUCCESSFUL;
    // A class or a set of rows is no case, unless it broke before its first.
    if (passed && !test.isTest()) return;
    System.out.println((passed ? "ok   " : "FAIL ") + sentence(test));
    result.getThrowable().ifPresent(error -> System.out.println("     " + error));
  }

  private static String sentence(TestIdentifier test) {
    if (!(test.getSource().orElse(null) instanceof MethodSource method)) return test.getDisplayName();
    var words = method.getMethodName().replaceAll("([A-Z])", " $1").toLowerCase();
    var name = words.substring(0, 1).toUpperCase() + words.substring(1);
    return test.getDisplayName().endsWith(")") ? name : name + ", " + test.getDisplayName();
  }
}
