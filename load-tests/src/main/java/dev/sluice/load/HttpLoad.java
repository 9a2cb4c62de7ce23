package dev.sluice.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Posts one request over and over, on a fixed number of connections with one request each at a time: at a fixed rate
 * whatever becomes of it, or as fast as answers come. At a fixed rate latency counts from when a request was due, so a
 * late sender, a connection that was not free and a server that stood still all show. One thread sends, the caller's;
 * one of its own reads, and sleeps until there is something.
 */
final class HttpLoad implements AutoCloseable {
    private static final int BUFFER_BYTES = 64 << 10;
    private static final long CLOSE_MILLIS = 5_000;

    private final String name;
    private final int status;
    private final Duration lateMax;
    private final ByteBuffer request;
    private final Selector selector;
    private final List<Connection> connections = new ArrayList<>();
    private final BlockingQueue<Connection> free = new LinkedBlockingQueue<>();
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    private final Thread reader;
    private volatile Latencies latencies = new Latencies();
    private volatile @Nullable Exception failure;
    private volatile boolean closed;

    /** A connection, and when its request was due. The sender's while it is free, the reader's else. */
    private static final class Connection {
        final SocketChannel channel;
        final AnswerReader answers = new AnswerReader();
        volatile long due;

        Connection(SocketChannel channel) {
            this.channel = channel;
        }
    }

    /**
     * What came of a time under load.
     *
     * @param latencies of all requests
     * @param perSecond answers
     */
    record Reached(Latencies latencies, double perSecond) {}

    /**
     * Connects.
     *
     * @param name what is measured, for errors
     * @param request header lines, an empty line, the body
     * @param status what every answer has to be
     * @param size how many connections, and so the most requests that are under way
     * @param lateMax how late a request may be sent; what is later than that was asked too much
     */
    HttpLoad(String name, URI url, String request, int status, int size, Duration lateMax) throws IOException {
        this.name = name;
        this.status = status;
        this.lateMax = lateMax;
        this.request = bytes(url, request);
        selector = Selector.open();
        reader = new Thread(this::read, "http-load");
        reader.setDaemon(true);
        try {
            for (var i = 0; i < size; i++) {
                connect(new InetSocketAddress(url.getHost(), url.getPort()));
            }
        } catch (IOException e) {
            release();
            throw e;
        }
        reader.start();
    }

    private void connect(InetSocketAddress address) throws IOException {
        var channel = SocketChannel.open(address);
        var connection = new Connection(channel);
        connections.add(connection);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ, connection);
        free.add(connection);
    }

    private static ByteBuffer bytes(URI url, String request) {
        var parts = request.split("\n\n", 2);
        var body = parts[1].getBytes(StandardCharsets.UTF_8);
        var head = "POST " + url.getRawPath() + " HTTP/1.1\r\nhost: " + url.getAuthority() + "\r\ncontent-length: "
                + body.length + "\r\n" + parts[0].replace("\n", "\r\n") + "\r\n\r\n";
        var bytes = head.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(bytes.length + body.length)
                .put(bytes)
                .put(body)
                .flip();
    }

    /** As fast as answers come, for this long; latency counts from when a request was sent. */
    Reached closedLoop(Duration time) throws IOException, InterruptedException {
        var found = begin();
        var start = System.nanoTime();
        var connection = nextFree();
        while (System.nanoTime() - start < time.toNanos()) {
            send(connection, System.nanoTime());
            connection = nextFree();
        }
        free.add(connection);
        return end(found, start);
    }

    /** So many requests a second, for this long; latency counts from when a request was due. */
    Reached openLoop(int perSecond, Duration time) throws IOException, InterruptedException {
        var found = begin();
        var start = System.nanoTime();
        var requests = time.toMillis() * perSecond / 1_000;
        for (var i = 0L; i < requests; i++) {
            var due = start + i * 1_000_000_000L / perSecond;
            for (var early = due - System.nanoTime(); early > 0; early = due - System.nanoTime()) {
                LockSupport.parkNanos(early);
            }
            var connection = nextFree();
            if (System.nanoTime() - due > lateMax.toNanos()) {
                throw new BenchException(String.format(
                        Locale.ROOT,
                        "%s can't do %,d requests a second: it is over %,d ms behind",
                        name,
                        perSecond,
                        lateMax.toMillis()));
            }
            send(connection, due);
        }
        return end(found, start);
    }

    private Latencies begin() {
        var fresh = new Latencies();
        latencies = fresh;
        return fresh;
    }

    /** Waits for what is under way: each connection that comes back has handed over its latency. */
    private Reached end(Latencies found, long start) throws IOException, InterruptedException {
        var idle = new ArrayList<Connection>();
        while (idle.size() < connections.size()) {
            idle.add(nextFree());
        }
        free.addAll(idle);
        return new Reached(found, found.count() * 1e9 / (System.nanoTime() - start));
    }

    private Connection nextFree() throws IOException, InterruptedException {
        var connection = free.poll(lateMax.toMillis(), TimeUnit.MILLISECONDS);
        var why = failure;
        if (why != null) {
            throw new IOException(name + ": " + why.getMessage(), why);
        }
        if (connection == null) {
            throw new BenchException(name + " has answered nothing for " + lateMax.toMillis() + " ms");
        }
        return connection;
    }

    private void send(Connection connection, long due) throws IOException {
        connection.due = due;
        var bytes = request.duplicate();
        connection.channel.write(bytes);
        if (bytes.hasRemaining()) {
            throw new IOException(name + ": a connection with nothing under way takes no whole request");
        }
    }

    // ---- the reader

    private void read() {
        try {
            while (!closed) {
                selector.select();
                for (var keys = selector.selectedKeys().iterator(); keys.hasNext(); keys.remove()) {
                    read((Connection) keys.next().attachment());
                }
            }
        } catch (IOException | RuntimeException e) {
            failure = e;
            // One that waits for a free connection finds the reason.
            free.addAll(connections);
        }
    }

    private void read(Connection connection) throws IOException {
        buffer.clear();
        if (connection.channel.read(buffer) < 0) {
            throw new IOException("a connection was closed");
        }
        if (!connection.answers.read(buffer.flip())) {
            return;
        }
        if (connection.answers.status() != status) {
            throw new IOException("an answer was " + connection.answers.status() + ", not " + status);
        }
        latencies.add((System.nanoTime() - connection.due) / 1_000);
        free.add(connection);
    }

    @Override
    public void close() throws IOException {
        closed = true;
        selector.wakeup();
        try {
            reader.join(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        release();
    }

    private void release() throws IOException {
        for (var connection : connections) {
            connection.channel.close();
        }
        selector.close();
    }
}
