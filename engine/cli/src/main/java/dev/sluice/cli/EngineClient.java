package dev.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.cli.Connection.Endpoint;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpClient.Version;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Speaks HTTP to one engine. Every call blocks its caller for at most the connection's timeout and fails with {@link
 * CommandFailure}: what did not answer, or the problem that the engine named.
 */
final class EngineClient {
    /** What an answer may hold: more than any limit of the engine lets it send. */
    static final int ANSWER_BYTES_MAX = 64 * 1024 * 1024;

    private static final Duration CONNECT_MAX = Duration.ofSeconds(5);

    private final Connection connection;
    private @Nullable HttpClient client;

    EngineClient(Connection connection) {
        this.connection = connection;
    }

    /** What the admin API answers to a GET of the path below {@code /admin}. */
    JsonNode admin(String path) {
        return admin(connection.admin(), path, HttpRequest.newBuilder());
    }

    /** What the admin API answers to a POST of JSON to the path below {@code /admin}. */
    JsonNode adminPost(String path, byte[] json) {
        var request = HttpRequest.newBuilder()
                .POST(BodyPublishers.ofByteArray(json))
                .header("Content-Type", "application/json");
        return admin(connection.admin(), path, request);
    }

    private JsonNode admin(Endpoint endpoint, String path, HttpRequest.Builder builder) {
        var request = builder.uri(endpoint.resolve("/admin" + path))
                .header("Accept", "application/json")
                .build();
        var answer = exchange(endpoint, request);
        if (answer.statusCode() != 200) {
            throw Problem.of(answer).failure();
        }
        try {
            return Json.read(answer.body());
        } catch (IOException notJson) {
            throw new CommandFailure(
                    ExitCode.FAILURE, request.uri() + " does not answer as a Sluice engine does: not JSON");
        }
    }

    /** Posts to the ingress and gives back whatever status comes. */
    HttpResponse<byte[]> post(String path, Map<String, String> headers, byte[] body) {
        var endpoint = connection.ingress();
        var request = HttpRequest.newBuilder(endpoint.resolve(path)).POST(BodyPublishers.ofByteArray(body));
        headers.forEach(request::setHeader);
        return exchange(endpoint, request.build());
    }

    /** One segment of a path. */
    static String segment(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private HttpResponse<byte[]> exchange(Endpoint endpoint, HttpRequest request) {
        var timeout = connection.timeout();
        // The client's own timeout ends with the headers; this one covers the body as well.
        var exchange = client().sendAsync(request, head -> new LimitedBody(ANSWER_BYTES_MAX));
        try {
            return exchange.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException late) {
            exchange.cancel(true);
            throw new CommandFailure(
                    ExitCode.TIMED_OUT, "no answer from " + request.uri() + " within " + timeout.toMillis() + " ms");
        } catch (InterruptedException interrupted) {
            exchange.cancel(true);
            Thread.currentThread().interrupt();
            throw new CommandFailure(ExitCode.FAILURE, "interrupted");
        } catch (CancellationException | ExecutionException failed) {
            var cause = failed.getCause() == null ? failed : failed.getCause();
            throw broken(endpoint, request.uri(), cause);
        }
    }

    private static CommandFailure broken(Endpoint endpoint, URI uri, Throwable cause) {
        var refused = cause instanceof ConnectException
                || cause instanceof UnresolvedAddressException
                || cause instanceof HttpConnectTimeoutException;
        if (!refused) {
            return new CommandFailure(
                    ExitCode.UNREACHABLE,
                    "the connection to " + uri + " broke before its answer was complete: " + cause);
        }
        return new CommandFailure(
                ExitCode.UNREACHABLE,
                "no engine answers at " + endpoint.uri() + "\nStart one with 'sluice dev samples/orders'"
                        + " or 'sluice run -f sluice.yaml',\nor name another with " + endpoint.option() + " URL or "
                        + endpoint.variable() + ".");
    }

    private HttpClient client() {
        var ready = client;
        if (ready == null) {
            var timeout = connection.timeout();
            ready = HttpClient.newBuilder()
                    .version(Version.HTTP_1_1)
                    .followRedirects(Redirect.NEVER)
                    .connectTimeout(timeout.compareTo(CONNECT_MAX) < 0 ? timeout : CONNECT_MAX)
                    .build();
            client = ready;
        }
        return ready;
    }
}
