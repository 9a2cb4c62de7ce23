package dev.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "send",
        description = {
            "Publish events to a topic.",
            "Prints the id of each event once the broker has it.",
            "A file with a whole event, a batch or JSON lines is sent as it is; any other is the data of one event."
        },
        abbreviateSynopsis = true,
        sortOptions = false,
        footer = {
            "",
            "Example: sluice send orders --type com.acme.order.placed --data '{\"id\": \"A-1\", \"customer\": \"ada\","
                    + " \"lines\": [{\"sku\": \"cup\", \"quantity\": 2, \"price\": 6.80}]}'",
            "         sluice send orders --file events.jsonl"
        })
final class SendCommand implements Callable<Integer> {
    private static final int MULTI_STATUS = 207;

    @Parameters(index = "0", arity = "0..1", paramLabel = "TOPIC", description = "The topic; or --topic.")
    private @Nullable String positionalTopic;

    @Option(names = "--topic", paramLabel = "TOPIC", description = "The topic.")
    private @Nullable String optionTopic;

    @Mixin
    private final EventOptions event;

    @Mixin
    private final Connection connection;

    @Spec
    private @Nullable CommandSpec command;

    private final Terminal terminal;
    private long stored;
    private int worst = ExitCode.OK;

    SendCommand(Terminal terminal) {
        this.terminal = terminal;
        this.event = new EventOptions(terminal);
        this.connection = new Connection(terminal.environment());
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        var topic = topic();
        var client = new EngineClient(connection);
        try {
            if (event.isLines()) {
                try (var lines = event.lines()) {
                    for (var batch = lines.next(); batch != null; batch = lines.next()) {
                        publish(client, topic, batch);
                    }
                }
            } else {
                publish(client, topic, event.single());
            }
        } catch (CommandFailure failure) {
            if (stored > 0) {
                terminal.err().println("sent " + stored + " before this:");
            }
            throw failure;
        }
        terminal.out().flush();
        terminal.err().println("sent " + stored + (stored == 1 ? " event to " : " events to ") + Text.oneLine(topic));
        return worst;
    }

    private String topic() {
        var chosen = positionalTopic != null ? positionalTopic : optionTopic;
        if (chosen == null || chosen.isEmpty()) {
            throw usage("which topic? Name it: sluice send TOPIC --data …");
        }
        if (positionalTopic != null && optionTopic != null && !positionalTopic.equals(optionTopic)) {
            throw usage("two topics: " + positionalTopic + " and --topic " + optionTopic);
        }
        return chosen;
    }

    private ParameterException usage(String message) {
        return new ParameterException(Objects.requireNonNull(command).commandLine(), message);
    }

    /** Asks again as long as the engine says when to, within the timeout: it has taken nothing then. */
    private void publish(EngineClient client, String topic, Outgoing events) throws InterruptedException {
        var path = "/topics/" + EngineClient.segment(topic);
        var deadline = System.nanoTime() + connection.timeout().toNanos();
        while (true) {
            var answer = client.post(path, events.headers(), events.body());
            var wait = retryAfter(answer);
            if (wait != null && System.nanoTime() + wait.toNanos() < deadline) {
                terminal.err().println("held back by the engine, next try in " + wait.toSeconds() + " s");
                Thread.sleep(wait.toMillis());
                continue;
            }
            settle(answer, events);
            return;
        }
    }

    private static @Nullable Duration retryAfter(HttpResponse<byte[]> answer) {
        if (answer.statusCode() != 429 && answer.statusCode() != 503) {
            return null;
        }
        var seconds = answer.headers().firstValue("Retry-After").orElse("");
        return seconds.matches("\\d{1,6}") ? Duration.ofSeconds(Long.parseLong(seconds)) : null;
    }

    private void settle(HttpResponse<byte[]> answer, Outgoing events) {
        if (answer.statusCode() == MULTI_STATUS && events.batch()) {
            settleEach(answer, events);
        } else if (answer.statusCode() / 100 == 2) {
            events.ids().forEach(this::stored);
        } else {
            throw Problem.of(answer).failure();
        }
    }

    private void settleEach(HttpResponse<byte[]> answer, Outgoing events) {
        var statuses = statuses(answer);
        for (var i = 0; i < events.ids().size(); i++) {
            var status = statuses.path(i);
            var code = status.path("status").asInt();
            if (code / 100 == 2) {
                stored(events.ids().get(i));
            } else {
                refused(events.ids().get(i), code, status);
            }
        }
    }

    private void stored(String id) {
        stored++;
        terminal.out().println(Text.oneLine(id));
    }

    private void refused(String id, int code, JsonNode status) {
        worst = Math.max(worst, ExitCode.ofStatus(code));
        var why = Column.string(status, "error");
        terminal.err()
                .println("not sent: " + Text.oneLine(id) + ": " + Text.oneLine(why.isEmpty() ? "refused" : why) + " ["
                        + code + "]");
    }

    /** The list of statuses, in the order of the events. */
    private static JsonNode statuses(HttpResponse<byte[]> answer) {
        try {
            return Json.read(answer.body());
        } catch (IOException notJson) {
            throw new CommandFailure(ExitCode.FAILURE, answer.uri() + " answered 207 without statuses");
        }
    }
}
