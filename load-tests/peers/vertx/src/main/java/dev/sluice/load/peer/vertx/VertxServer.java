package dev.sluice.load.peer.vertx;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Vert.x alone: reads a request to its end and answers. As the argument {@code accept} it answers 202 and nothing else,
 * as {@code echo} 200 with the request's body. Its manual scales a server over the cores by an instance of the verticle
 * for each.
 */
public final class VertxServer extends VerticleBase {
    /** All instances of a deployment share one free port when they ask for the same negative one. */
    private static final int ANY_PORT = -1;

    private final boolean echo;
    private final AtomicInteger port;

    private VertxServer(boolean echo, AtomicInteger port) {
        this.echo = echo;
        this.port = port;
    }

    /** Serves on a free port of the loopback interface, says {@code ready <url>} on stdout, and runs until killed. */
    public static void main(String... args) {
        var echo = args.length > 0 && args[0].equals("echo");
        var cores = Runtime.getRuntime().availableProcessors();
        var port = new AtomicInteger();
        Vertx.vertx()
                .deployVerticle(() -> new VertxServer(echo, port), new DeploymentOptions().setInstances(cores))
                .onSuccess(id -> System.out.println("ready http://127.0.0.1:" + port))
                .onFailure(why -> {
                    why.printStackTrace();
                    System.exit(1);
                });
    }

    @Override
    public Future<HttpServer> start() {
        return vertx.createHttpServer()
                .requestHandler(echo ? VertxServer::echo : VertxServer::accept)
                .listen(ANY_PORT, "127.0.0.1")
                .onSuccess(server -> port.set(server.actualPort()));
    }

    private static void accept(HttpServerRequest request) {
        request.body().onSuccess(body -> request.response().setStatusCode(202).end());
    }

    private static void echo(HttpServerRequest request) {
        request.body().onSuccess(body -> request.response()
                .putHeader("content-type", "application/json")
                .end(body));
    }
}
