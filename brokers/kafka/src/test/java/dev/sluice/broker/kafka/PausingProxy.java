package dev.sluice.broker.kafka;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.common.protocol.ApiKeys;

/** Stands between clients and a Kafka: can be away, and can keep answers back while it lets requests through. */
final class PausingProxy implements AutoCloseable {
    private final ServerSocket server;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private volatile int target;
    private volatile boolean answersKept;
    private volatile int keptFrom = -1;
    private volatile boolean closed;

    PausingProxy() {
        try {
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start("proxy-accept", this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    String address() {
        return "127.0.0.1:" + port();
    }

    /** Where connections lead from now on; 0 when there is nobody: they are cut. */
    void leadTo(int port) {
        target = port;
        if (port == 0) {
            sockets.forEach(PausingProxy::cut);
        }
    }

    /** Whether what the cluster answers is held back. */
    void keepAnswers(boolean kept) {
        synchronized (this) {
            answersKept = kept;
            notifyAll();
        }
    }

    /** Lets the next request of this kind through, and holds back what is answered from then on. */
    void keepAnswersFrom(ApiKeys request) {
        keptFrom = request.id;
    }

    boolean keepsAnswers() {
        return answersKept;
    }

    private void accept() {
        while (!closed) {
            try {
                var client = server.accept();
                sockets.add(client);
                if (target == 0) {
                    cut(client);
                    continue;
                }
                var kafka = new Socket(InetAddress.getLoopbackAddress(), target);
                sockets.add(kafka);
                start("proxy-requests", () -> pump(client, kafka, false));
                start("proxy-answers", () -> pump(kafka, client, true));
            } catch (IOException e) {
                // A connection that failed, or the end: the client sees it cut.
            }
        }
    }

    private void pump(Socket from, Socket to, boolean answers) {
        var buffer = new byte[64 << 10];
        try (from;
                to) {
            for (var read = from.getInputStream().read(buffer);
                    read >= 0;
                    read = from.getInputStream().read(buffer)) {
                if (answers) {
                    awaitFlow();
                } else if (read >= 6 && ByteBuffer.wrap(buffer).getShort(4) == keptFrom) {
                    keptFrom = -1;
                    keepAnswers(true);
                }
                to.getOutputStream().write(buffer, 0, read);
            }
        } catch (IOException | InterruptedException e) {
            // Either side is gone, and with it the connection.
        } finally {
            sockets.remove(from);
            sockets.remove(to);
        }
    }

    private synchronized void awaitFlow() throws InterruptedException {
        while (answersKept && !closed) {
            wait(1_000);
        }
    }

    private static void cut(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is as good as closed.
        }
    }

    private static void start(String name, Runnable work) {
        var thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        closed = true;
        keepAnswers(false);
        sockets.forEach(PausingProxy::cut);
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
