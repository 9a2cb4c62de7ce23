package dev.sluice.load;

import java.io.IOException;
import java.util.List;

/** Servers that requests are measured against, each in a process of its own under the engine's flags. */
final class HttpPeers {
    /** The same heap for every side. */
    static final List<String> FLAGS = List.of("-Xms1g", "-Xmx1g");

    private HttpPeers() {}

    /** Starts one, and tells how it is tuned. */
    interface Server {
        ServerProcess start(Lab lab, Progress progress) throws IOException, InterruptedException;
    }

    /** Reactor Netty alone, which answers by {@code accept} or {@code echo}. */
    static Server reactorNetty(String mode) {
        return (lab, progress) ->
                ServerProcess.start(lab, "bare", Lab.java(FLAGS, "dev.sluice.load.peer.BareServer", List.of(mode)));
    }

    /** The same on the JDK's selectors with a loop per core, as the engine is. */
    static Server tunedReactorNetty(String mode) {
        return (lab, progress) -> {
            progress.say("Reactor Netty: the JDK's selectors, a loop per core");
            var command = Lab.java(FLAGS, "dev.sluice.load.peer.BareServer", List.of(mode, "tuned"));
            return ServerProcess.start(lab, "bare-tuned", command);
        };
    }

    /** Vert.x alone, which answers by {@code accept} or {@code echo}. */
    static Server vertx(String mode) {
        return (lab, progress) -> {
            var project = PeerProject.named("vertx");
            var path = project.classPath(lab, progress);
            progress.say("Vert.x " + project.version("vertx-core") + ": an instance of its verticle for each of "
                    + Runtime.getRuntime().availableProcessors() + " cores, else its defaults");
            var command = Lab.java(FLAGS, path, "dev.sluice.load.peer.vertx.VertxServer", List.of(mode));
            return ServerProcess.start(lab, "vertx", command);
        };
    }

    /** Spring Cloud Function on WebFlux, with a function {@code echo}. */
    static Server springCloudFunction() {
        return (lab, progress) -> {
            var project = PeerProject.named("spring-cloud-function");
            var path = project.classPath(lab, progress);
            progress.say("Spring Cloud Function " + project.version("spring-cloud-function-web")
                    + ": a function of Message on WebFlux and Reactor Netty, their defaults");
            var command = Lab.java(FLAGS, path, "dev.sluice.load.peer.web.FunctionServer", List.of());
            return ServerProcess.start(lab, "spring-cloud-function", command);
        };
    }
}
