package dev.sluice.server;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A way to a port of this machine that can be opened late: until then nobody listens. */
final class Gate implements AutoCloseable {
    private static final InetAddress HERE = InetAddress.getLoopbackAddress();

    private final int port;
    private final List<Closeable> open = new CopyOnWriteArrayList<>();

    Gate() throws IOException {
        try (var free = new ServerSocket(0, 1, HERE)) {
            port = free.getLocalPort();
        }
    }

    int port() {
        return port;
    }

    /** Lets connections through from now on. */
    void open(int to) throws IOException {
        var server = new ServerSocket(port, 50, HERE);
        open.add(server);
        start(() -> {
            while (true) {
                var from = server.accept();
                var target = new Socket(HERE, to);
                open.add(from);
                open.add(target);
                start(() -> from.getInputStream().transferTo(target.getOutputStream()));
                start(() -> target.getInputStream().transferTo(from.getOutputStream()));
            }
        });
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void start(Work work) {
        var thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException closed) {
                // The end of a connection or of the gate.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        for (var each : open) {
            each.close();
        }
    }
}
