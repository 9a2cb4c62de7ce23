package dev.sluice.load;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One HTTP/1.1 connection that posts events in binary mode, one after another. Not for several threads. */
final class PostConnection implements AutoCloseable {
    private static final int CONNECT_MILLIS = 5_000;
    private static final int LINE_MAX = 8_192;
    private static final int BODY_MAX = 1 << 20;
    private static final int RETRY_SECONDS_DEFAULT = 1;

    private final InetSocketAddress address;
    private final String head;
    private final byte[] body;
    private final int answerMillis;
    private @Nullable Socket socket;
    private @Nullable InputStream in;

    /**
     * The answer to a post.
     *
     * @param status its status
     * @param retryAfter what it says about another try
     */
    record Answer(int status, Duration retryAfter) {}

    /** @param answerMax how long an answer is waited for */
    PostConnection(URI ingress, String path, byte[] body, Duration answerMax) {
        address = new InetSocketAddress(ingress.getHost(), ingress.getPort());
        this.body = body.clone();
        answerMillis = (int) answerMax.toMillis();
        head = "POST " + path + " HTTP/1.1\r\nhost: " + ingress.getAuthority()
                + "\r\ncontent-type: application/json\r\ncontent-length: " + body.length
                + "\r\nce-specversion: 1.0\r\nce-source: /load\r\nce-type: com.acme.load\r\nce-id: ";
    }

    /** Posts the event with this id. After an error the connection is gone, and the next post makes a new one. */
    Answer post(String id) throws IOException {
        try {
            var to = open();
            var request = (head + id + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
            var whole = new byte[request.length + body.length];
            System.arraycopy(request, 0, whole, 0, request.length);
            System.arraycopy(body, 0, whole, request.length, body.length);
            to.getOutputStream().write(whole);
            return answer();
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private Answer answer() throws IOException {
        var start = line();
        if (!start.startsWith("HTTP/1.1 ")) {
            throw new IOException("no HTTP answer: " + start);
        }
        var status = Integer.parseInt(start.substring(9, 12));
        var retryAfter = RETRY_SECONDS_DEFAULT;
        var length = 0;
        var last = false;
        for (var line = line(); !line.isEmpty(); line = line()) {
            var header = line.toLowerCase(Locale.ROOT);
            var value = header.substring(header.indexOf(':') + 1).strip();
            if (header.startsWith("content-length:")) {
                length = Integer.parseInt(value);
            } else if (header.startsWith("retry-after:")) {
                retryAfter = Integer.parseInt(value);
            } else if (header.equals("connection: close") || header.startsWith("transfer-encoding:")) {
                last = true;
            }
        }
        if (length > BODY_MAX) {
            throw new IOException("an answer of " + length + " bytes");
        }
        stream().skipNBytes(length);
        if (last) {
            close();
        }
        return new Answer(status, Duration.ofSeconds(retryAfter));
    }

    private Socket open() throws IOException {
        if (socket != null) {
            return socket;
        }
        var fresh = new Socket();
        fresh.setTcpNoDelay(true);
        fresh.setSoTimeout(answerMillis);
        fresh.connect(address, CONNECT_MILLIS);
        socket = fresh;
        in = new BufferedInputStream(fresh.getInputStream());
        return fresh;
    }

    private InputStream stream() throws IOException {
        if (in == null) {
            throw new IOException("the connection is closed");
        }
        return in;
    }

    private String line() throws IOException {
        var line = new StringBuilder();
        for (var next = stream().read(); next != '\n'; next = stream().read()) {
            if (next < 0 || line.length() > LINE_MAX) {
                throw new IOException("the answer broke off");
            }
            line.append((char) next);
        }
        return line.toString().stripTrailing();
    }

    @Override
    public void close() {
        if (socket != null) {
            try {
                socket.close();
            } catch (IOException e) {
                // Nothing is owed to a connection that is given up.
            }
        }
        socket = null;
        in = null;
    }
}
