package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Command;

class SluiceCommandTest {
    @Test
    void listsItsCommandsWithoutArguments() {
        var outcome = FakeEngine.execute(Map.of(), "");

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out())
                .contains(
                        "Commands:",
                        "send",
                        "invoke",
                        "get",
                        "top",
                        "why",
                        "scale",
                        "version",
                        "completion",
                        "Try: sluice dev");
        assertThat(outcome.err()).isEmpty();
    }

    @Test
    void givesEachCommandAHelpWithAnExampleThatFitsTheWidth() {
        for (var command : new String[] {"send", "invoke", "get", "top", "why", "scale", "version", "completion"}) {
            var help = FakeEngine.execute(Map.of(), "", command, "--help");

            assertThat(help.exitCode()).isZero();
            assertThat(help.out()).startsWith("Usage: sluice " + command).contains("Example: ");
            assertThat(help.out().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
        }
    }

    @Test
    void suggestsTheCommandThatWasMeant() {
        var outcome = FakeEngine.execute(Map.of(), "", "sned", "orders");

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err())
                .isEqualTo("sluice: unknown command 'sned'; did you mean 'send'?\nSee 'sluice --help'.\n");
    }

    @Test
    void suggestsTheOptionThatWasMeantAndNothingFarOff() {
        assertThat(FakeEngine.execute(Map.of(), "", "send", "x", "--tpye=y").err())
                .startsWith("sluice: unknown option '--tpye'; did you mean '--type'?\n");
        assertThat(FakeEngine.execute(Map.of(), "", "send", "x", "-x").err())
                .startsWith("sluice: unknown option '-x'\n");
        assertThat(FakeEngine.execute(Map.of(), "", "frobnicate").err())
                .startsWith("sluice: unknown command 'frobnicate'\n");
    }

    @Test
    void exitsWith2OnAWrongKindFormatTimeOrUrl() {
        for (var args : new String[][] {
            {"get", "pods"},
            {"get", "topics", "-o", "xml"},
            {"get", "topics", "--timeout", "-1s"},
            {"get", "topics", "--timeout", "soon"},
            {"get", "topics", "--timeout", "48h"},
            {"get", "topics", "--admin", "ftp://x"},
            {"get", "topics", "--admin", "http://x/?a=b"},
            {"--admin", "http://", "get", "topics"},
            {"get"},
            {"version", "extra"}
        }) {
            var outcome = FakeEngine.execute(Map.of(), "", args);
            assertThat(outcome.exitCode()).as(String.join(" ", args)).isEqualTo(ExitCode.USAGE);
            assertThat(outcome.err()).startsWith("sluice: ").contains("--help'.\n");
        }
    }

    @Test
    void exitsWith5AndSaysHowToStartAnEngineWhenNoneAnswers() throws IOException {
        var url = "http://127.0.0.1:" + freePort();

        var get = FakeEngine.execute(Map.of("SLUICE_ADMIN", url), "", "get", "functions");
        assertThat(get.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(get.err()).contains("no engine answers at " + url, "sluice dev", "--admin URL", "SLUICE_ADMIN");

        var send = FakeEngine.execute(Map.of("SLUICE_INGRESS", url), "", "send", "orders");
        assertThat(send.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(send.err()).contains("--ingress URL", "SLUICE_INGRESS");
    }

    @Test
    void exitsWith6WhenTheAnswerStopsHalfWay() {
        try (var engine = new FakeEngine().hang("GET /admin/v1/functions")) {
            var outcome = engine.run("get", "functions", "--timeout", "200ms");

            assertThat(outcome.exitCode()).isEqualTo(ExitCode.TIMED_OUT);
            assertThat(outcome.err()).contains("no answer from " + engine.url()).contains("within 200 ms");
        }
    }

    @Test
    void prefersTheFlagOfTheCommandToTheGlobalOneToTheEnvironment() {
        try (var flag = topics("flag");
                var global = topics("global");
                var environment = topics("environment")) {
            var env = Map.of("SLUICE_ADMIN", environment.url());

            assertThat(FakeEngine.execute(env, "", "get", "topics", "-o", "name")
                            .out())
                    .contains("environment");
            assertThat(FakeEngine.execute(env, "", "--admin", global.url(), "get", "topics", "-o", "name")
                            .out())
                    .contains("global");
            assertThat(FakeEngine.execute(
                                    env,
                                    "",
                                    "--admin",
                                    global.url(),
                                    "get",
                                    "topics",
                                    "-o",
                                    "name",
                                    "--admin",
                                    flag.url() + "/")
                            .out())
                    .contains("flag");
            assertThat(FakeEngine.execute(
                                    Map.of("SLUICE_ADMIN", flag.url().substring("http://".length())),
                                    "",
                                    "get",
                                    "topics",
                                    "-o",
                                    "name")
                            .out())
                    .contains("flag");
        }
    }

    @Test
    void tellsBothVersionsAndDoesNotFailWithoutAnEngine() throws IOException {
        try (var engine = new FakeEngine().answer("GET /admin/v1/version", 200, "{\"version\":\"9.9\"}")) {
            assertThat(engine.run("version").out())
                    .contains("client " + Version.number())
                    .contains("engine 9.9 (" + engine.url() + ")");
            assertThat(Json.read(engine.run("version", "-o", "json").out())
                            .at("/engine/version")
                            .asText())
                    .isEqualTo("9.9");
        }
        var alone = FakeEngine.execute(Map.of("SLUICE_ADMIN", "http://127.0.0.1:" + freePort()), "", "version");
        assertThat(alone.exitCode()).isZero();
        assertThat(alone.err()).startsWith("engine: no engine answers at ").hasLineCount(1);
        assertThat(Version.number()).matches("\\d+\\.\\d+\\.\\d+.*");
    }

    @Test
    void completesItsCommandsAndOptions() {
        var script = FakeEngine.execute(Map.of(), "", "completion", "zsh").out();

        assertThat(script)
                .startsWith("# For zsh: source <(sluice completion zsh)\n")
                .contains("bashcompinit");
        assertThat(script).contains("'--content-type'", "functions", "complete -F _complete_sluice");
    }

    @Test
    void printsEverythingBeforeTheProcessEnds() {
        var out = new ByteArrayOutputStream();
        var terminal = Terminal.of(new ByteArrayInputStream(new byte[0]), out, new ByteArrayOutputStream(), Map.of());
        var line = SluiceCommand.commandLine(terminal);

        line.execute("get", "--help");
        assertThat(out.toString()).endsWith("-w\n");
        line.execute("completion", "bash");
        assertThat(out.toString()).endsWith("sluice sluice.sh sluice.bash\n");
    }

    @Test
    void runsCommandsOfOtherModulesAndTakesTheirFailures() {
        var err = new ByteArrayOutputStream();
        var terminal = Terminal.of(new ByteArrayInputStream(new byte[0]), new ByteArrayOutputStream(), err, Map.of());
        var line = SluiceCommand.commandLine(terminal, new Other());

        assertThat(line.execute("other")).isEqualTo(ExitCode.INVALID);
        assertThat(err.toString()).isEqualTo("sluice: file.yaml:3:4 is wrong\\u001b[2J\n");
        assertThat(line.execute("--help")).isZero();
    }

    @Test
    void hidesTheStackTraceOfADefectUnlessAsked() {
        assertThat(defect(Map.of()))
                .contains("sluice: unexpected java.lang.IllegalStateException: broken", "SLUICE_DEBUG");
        assertThat(defect(Map.of("SLUICE_DEBUG", "1"))).contains("\tat dev.sluice.cli");
    }

    private static String defect(Map<String, String> environment) {
        var err = new ByteArrayOutputStream();
        var in = new ByteArrayInputStream(new byte[0]);
        var terminal = Terminal.of(in, new ByteArrayOutputStream(), err, environment);
        assertThat(SluiceCommand.commandLine(terminal, new Defective()).execute("defective"))
                .isEqualTo(ExitCode.FAILURE);
        return err.toString();
    }

    private static FakeEngine topics(String name) {
        return new FakeEngine()
                .answer("GET /admin/v1/topics", 200, "{\"items\":[{\"topic\":\"" + name + "\",\"partitions\":[]}]}");
    }

    /** A port that nothing listens on: it was just given back. */
    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Command(name = "other")
    private static final class Other implements Callable<Integer> {
        @Override
        public Integer call() {
            throw new CommandFailure(ExitCode.INVALID, "file.yaml:3:4 is wrong\u001b[2J");
        }
    }

    @Command(name = "defective")
    private static final class Defective implements Callable<Integer> {
        @Override
        public Integer call() {
            throw new IllegalStateException("broken");
        }
    }
}
