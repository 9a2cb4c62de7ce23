package dev.sluice.load;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;

/** Has clients and a server that are not ours speak with ours: the public npm SDK of CloudEvents, curl and wrk. */
@Command(
        name = "interop",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Starts an engine and lets the npm SDK of CloudEvents publish to it in every mode, call a function and read",
            "its answers, and follow a topic; has our client send to a server of that SDK in every mode; publishes by curl",
            "and by wrk, where these are there. Needs Node.js 20 or newer, npm, and its registry. Prints a line per",
            "check; exits with 1 when one fails."
        })
final class InteropCommand implements Callable<Integer> {
    private static final String SDK = "cloudevents@10.0.0";
    private static final long INSTALL_MAX_SECONDS = 180;
    private static final long RUN_MAX_SECONDS = 120;
    private static final String MANIFEST = """
            apiVersion: sluice.dev/v1
            kind: Function
            metadata: {name: echo}
            spec: {handler: dev.sluice.load.handler.Echo}
            ---
            apiVersion: sluice.dev/v1
            kind: Function
            metadata: {name: nothing}
            spec: {handler: dev.sluice.load.handler.Nothing}
            ---
            apiVersion: sluice.dev/v1
            kind: Trigger
            metadata: {name: in}
            spec: {topic: {name: in}, function: nothing}
            """;

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (var lab = new Lab()) {
            var script = lab.resource("interop.mjs").toString();
            lab.write("package.json", "{\"private\": true}\n");
            run(
                    lab,
                    List.of("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", SDK),
                    INSTALL_MAX_SECONDS);
            var engine = ServerProcess.engine(lab, MANIFEST, List.of());
            run(lab, List.of("node", script, engine.ingress().toString()), RUN_MAX_SECONDS);
            var failed = InteropTools.check(lab, engine.ingress());
            engine.mustRun();
            engine.stop();
            failed += InteropReceiver.check(receiver(lab));
            return failed == 0 ? 0 : 1;
        }
    }

    /** Its lines are read; what it complains of is shown. */
    private static Process receiver(Lab lab) throws IOException {
        var script = lab.resource("receiver.mjs").toString();
        return lab.start(new ProcessBuilder("node", script)
                .directory(lab.file("").toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT));
    }

    private static void run(Lab lab, List<String> command, long maxSeconds) throws IOException, InterruptedException {
        var process = start(lab, command);
        if (!process.waitFor(maxSeconds, TimeUnit.SECONDS)) {
            throw new BenchException(command.get(0) + " did not end within " + maxSeconds + " s");
        }
        if (process.exitValue() != 0) {
            throw new BenchException(String.join(" ", command.subList(0, 2)) + " ended with " + process.exitValue());
        }
    }

    private static Process start(Lab lab, List<String> command) {
        try {
            return lab.start(
                    new ProcessBuilder(command).directory(lab.file("").toFile()).inheritIO());
        } catch (IOException e) {
            throw new BenchException(command.get(0) + " can't be run: Node.js 20 or newer and npm are needed");
        }
    }
}
