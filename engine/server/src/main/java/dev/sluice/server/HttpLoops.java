package dev.sluice.server;

import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.LoopResources;

/**
 * The event loops of the node's servers: one per core, of the JDK's selectors. Reactor Netty takes and gives back its
 * interest in a connection's bytes with each request, which costs Netty's own epoll transport two system calls and a
 * selector none: it compares before it selects. Four loops, Reactor Netty's least, on fewer cores cost switches between
 * them.
 *
 * <p>As an executor it puts off what its own threads hand in to the end of their turn, and runs what others do at once.
 */
final class HttpLoops implements Executor {
    /** The loop whose thread this is. */
    private static final ThreadLocal<@Nullable EventExecutor> HERE = new ThreadLocal<>();

    private final LoopResources resources =
            LoopResources.create("sluice-http", Runtime.getRuntime().availableProcessors(), true);

    HttpLoops() {
        for (var loop : resources.onServer(false)) {
            loop.execute(() -> HERE.set(loop));
        }
    }

    /** The server, to be run on these loops. */
    HttpServer server() {
        return HttpServer.create().runOn(resources, false);
    }

    @Override
    public void execute(Runnable task) {
        var loop = HERE.get();
        if (loop == null) {
            task.run();
            return;
        }
        try {
            loop.execute(task);
        } catch (RejectedExecutionException ending) {
            task.run();
        }
    }

    /** Ends the threads, once their servers are closed. */
    void close() {
        resources.dispose();
    }
}
