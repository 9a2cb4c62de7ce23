package dev.sluice.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Answers as an engine does, admin API and ingress on one port, and keeps what it was asked. */
final class FakeEngine implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, Deque<Answer>> answers = new ConcurrentHashMap<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    record Request(String method, String path, Map<String, String> headers, String body) {}

    private record Answer(int status, Map<String, String> headers, byte[] body, boolean hangs) {}

    record Outcome(int exitCode, String out, String err) {}

    FakeEngine() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    /** Answers the route, with its query or for all queries, with JSON; several answers are given in turn, the last one again and again. */
    FakeEngine answer(String route, int status, String json) {
        return answer(route, status, Map.of("Content-Type", "application/json"), json.getBytes(StandardCharsets.UTF_8));
    }

    FakeEngine answer(String route, int status, Map<String, String> headers, byte[] body) {
        answers.computeIfAbsent(route, it -> new ArrayDeque<>()).add(new Answer(status, headers, body, false));
        return this;
    }

    /** Takes requests of the route, and sends nothing but the head of an answer. */
    FakeEngine hang(String route) {
        answers.computeIfAbsent(route, it -> new ArrayDeque<>()).add(new Answer(200, Map.of(), new byte[100], true));
        return this;
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    List<Request> requests() {
        return requests;
    }

    Request onlyRequest() {
        if (requests.size() != 1) {
            throw new AssertionError("one request expected: " + requests);
        }
        return requests.get(0);
    }

    /** Runs a command line against this engine. */
    Outcome run(String... args) {
        return run(Map.of(), "", args);
    }

    Outcome run(Map<String, String> environment, String stdin, String... args) {
        var all = new HashMap<>(environment);
        all.putIfAbsent("SLUICE_ADMIN", url());
        all.putIfAbsent("SLUICE_INGRESS", url());
        return execute(all, stdin, args);
    }

    /** Runs a command line with just this environment. */
    static Outcome execute(Map<String, String> environment, String stdin, String... args) {
        var in = new ByteArrayInputStream(stdin.getBytes(StandardCharsets.UTF_8));
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var terminal = Terminal.of(in, out, err, environment);
        var code = SluiceCommand.commandLine(terminal).execute(args);
        return new Outcome(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        var path = exchange.getRequestURI().getRawPath();
        var headers = new HashMap<String, String>();
        exchange.getRequestHeaders().forEach((name, values) -> headers.put(name.toLowerCase(), values.get(0)));
        var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        requests.add(new Request(exchange.getRequestMethod(), path, headers, body));
        var route = exchange.getRequestMethod() + " " + path;
        var asked = route + "?" + exchange.getRequestURI().getRawQuery();
        send(exchange, next(answers.containsKey(asked) ? asked : route));
    }

    private synchronized Answer next(String route) {
        var queue = answers.getOrDefault(route, new ArrayDeque<>());
        if (queue.isEmpty()) {
            var problem = "{\"title\":\"Not Found\",\"status\":404,\"detail\":\"no route " + route + "\"}";
            return new Answer(404, Map.of(), problem.getBytes(StandardCharsets.UTF_8), false);
        }
        return queue.size() > 1 ? queue.remove() : queue.element();
    }

    private void send(HttpExchange exchange, Answer answer) throws IOException {
        answer.headers().forEach(exchange.getResponseHeaders()::set);
        exchange.sendResponseHeaders(answer.status(), answer.body().length == 0 ? -1 : answer.body().length);
        if (answer.hangs()) {
            exchange.getResponseBody().flush();
            try {
                closed.await();
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
            }
        } else if (answer.body().length > 0) {
            exchange.getResponseBody().write(answer.body());
        }
        exchange.close();
    }
}
