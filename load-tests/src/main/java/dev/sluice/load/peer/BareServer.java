package dev.sluice.load.peer;

import io.netty.buffer.ByteBuf;
import java.time.Duration;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.resources.LoopResources;

/**
 * Reactor Netty alone: reads a request to its end and answers. As the argument {@code accept} it answers 202 and
 * nothing else, as {@code echo} 200 with the request's body. With a
 * second argument {@code tuned} it runs as the engine does, on the JDK's selectors with a loop per core, in place of its
 * defaults. It knows nothing of events.
 */
public final class BareServer {
    private BareServer() {}

    /** Serves on a free port of the loopback interface, says {@code ready <url>} on stdout, and runs until killed. */
    public static void main(String... args) {
        var echo = args.length > 0 && args[0].equals("echo");
        var server = base(args.length > 1 && args[1].equals("tuned"))
                .host("127.0.0.1")
                .port(0)
                .handle(echo ? BareServer::echo : BareServer::accept)
                .bindNow(Duration.ofSeconds(20));
        System.out.println("ready http://127.0.0.1:" + server.port());
        server.onDispose().block();
    }

    private static HttpServer base(boolean tuned) {
        var cores = Runtime.getRuntime().availableProcessors();
        return tuned
                ? HttpServer.create().runOn(LoopResources.create("bare", cores, true), false)
                : HttpServer.create();
    }

    private static Publisher<Void> accept(HttpServerRequest request, HttpServerResponse response) {
        return request.receive().aggregate().then(response.status(202).send());
    }

    private static Publisher<Void> echo(HttpServerRequest request, HttpServerResponse response) {
        Mono<ByteBuf> body = request.receive().aggregate().retain();
        return response.status(200).header("content-type", "application/json").send(body);
    }
}
