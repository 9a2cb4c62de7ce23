package dev.sluice.deadletters;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.sluice.cloudevents.MediaTypes;
import dev.sluice.cloudevents.WireEvent;
import io.cloudevents.CloudEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import net.thisptr.jackson.jq.BuiltinFunctionLoader;
import net.thisptr.jackson.jq.Function;
import net.thisptr.jackson.jq.JsonQuery;
import net.thisptr.jackson.jq.Scope;
import net.thisptr.jackson.jq.Version;
import net.thisptr.jackson.jq.Versions;
import net.thisptr.jackson.jq.exception.JsonQueryException;

/**
 * A jq program that makes an event's new JSON data of the old; {@code $event} has its attributes as texts. It must give
 * one value. A program that does not end within {@link #TIME_MAX} or {@link #STEPS_MAX} calls of built-in functions and
 * values that they give is given up; one that calls none of them in its loop can't be stopped from outside: its thread
 * is left alone, and no edit begins while {@link #STRAYS_MAX} of these run. Blocks its caller.
 */
final class Edit {
    /** The longest program. */
    static final int CHARS_MAX = 4_096;

    static final Duration TIME_MAX = Duration.ofSeconds(1);
    static final int STEPS_MAX = 1_000_000;
    static final int STRAYS_MAX = 2;

    private static final Version VERSION = Versions.JQ_1_7;
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final AtomicInteger STRAYS = new AtomicInteger();
    /** What would tell of the engine's process. */
    private static final Set<String> WITHHELD = Set.of("env", "env/0", "input_filename", "input_filename/0");

    private static final Scope BUILTINS = builtins();

    private final String program;
    private final JsonQuery query;

    private Edit(String program, JsonQuery query) {
        this.program = program;
        this.query = query;
    }

    private static Scope builtins() {
        var scope = Scope.newEmptyScope();
        BuiltinFunctionLoader.getInstance().listFunctions(VERSION, scope).forEach((name, function) -> {
            if (!WITHHELD.contains(name)) {
                scope.addFunction(name, counted(function));
            }
        });
        return scope;
    }

    private static Function counted(Function function) {
        return (scope, arguments, in, path, output, version) -> {
            step();
            function.apply(
                    scope,
                    arguments,
                    in,
                    path,
                    (value, at) -> {
                        step();
                        output.emit(value, at);
                    },
                    version);
        };
    }

    private static void step() throws JsonQueryException {
        if (Thread.currentThread() instanceof RunThread running) {
            running.run.step();
        }
    }

    /** @throws IllegalArgumentException when it is no program */
    static Edit compile(String program) {
        if (program.length() > CHARS_MAX) {
            throw new IllegalArgumentException(
                    "edit has " + program.length() + " characters, must have at most " + CHARS_MAX);
        }
        try {
            return new Edit(program, JsonQuery.compile(program, VERSION));
        } catch (JsonQueryException wrong) {
            throw new IllegalArgumentException("edit is no jq program: " + wrong.getMessage(), wrong);
        }
    }

    /** The event did not get new data. */
    static final class Failed extends Exception {
        private static final long serialVersionUID = 1L;

        private Failed(String why) {
            super(why, null, false, false);
        }
    }

    /** The same event with new data. */
    WireEvent apply(CloudEvent event) throws Failed {
        var data = event.getData();
        if (data == null || !MediaTypes.isJson(event.getDataContentType())) {
            throw new Failed("edit: the letter has no JSON data");
        }
        JsonNode before;
        try {
            before = JSON.readTree(data.toBytes());
        } catch (IOException notJson) {
            throw new Failed("edit: the letter's data is no JSON");
        }
        var after = run(event, before);
        try {
            return WireEvent.builder(event).data(JSON.writeValueAsBytes(after)).build();
        } catch (JsonProcessingException unwritable) {
            throw new Failed("edit: the result can't be written as JSON");
        }
    }

    private JsonNode run(CloudEvent event, JsonNode before) throws Failed {
        if (STRAYS.get() >= STRAYS_MAX) {
            throw new Failed("edit: " + STRAYS_MAX + " programs that did not end still run; restart the engine");
        }
        var run = new Run(query, event, before);
        new RunThread(run).start();
        try {
            return run.result.get(TIME_MAX.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException endless) {
            run.giveUp();
            throw new Failed("edit: the program did not end within " + TIME_MAX.toMillis() + " ms");
        } catch (ExecutionException wrong) {
            throw new Failed("edit: " + reason(wrong.getCause() == null ? wrong : wrong.getCause()));
        } catch (InterruptedException stopped) {
            run.giveUp();
            Thread.currentThread().interrupt();
            throw new Failed("edit: the engine stops");
        }
    }

    private static String reason(Throwable wrong) {
        return wrong instanceof StackOverflowError
                ? "the program calls itself without end"
                : wrong instanceof JsonQueryException || wrong instanceof Failed
                        ? String.valueOf(wrong.getMessage())
                        : wrong.toString();
    }

    @Override
    public String toString() {
        return program;
    }

    /** The thread of one evaluation, by which built-in functions find whose steps they take. */
    private static final class RunThread extends Thread {
        private final Run run;

        private RunThread(Run run) {
            super(run, "sluice-edit");
            this.run = run;
            setDaemon(true);
        }
    }

    /** One evaluation, on a thread of its own. */
    private static final class Run implements Runnable {
        private final JsonQuery query;
        private final CloudEvent event;
        private final JsonNode input;
        private final CompletableFuture<JsonNode> result = new CompletableFuture<>();
        private int steps;
        private volatile boolean givenUp;
        private volatile boolean ended;

        private Run(JsonQuery query, CloudEvent event, JsonNode input) {
            this.query = query;
            this.event = event;
            this.input = input;
        }

        private synchronized void giveUp() {
            if (!ended) {
                givenUp = true;
                STRAYS.incrementAndGet();
            }
        }

        private synchronized void end() {
            ended = true;
            if (givenUp) {
                STRAYS.decrementAndGet();
            }
        }

        @Override
        public void run() {
            try {
                List<JsonNode> values = new ArrayList<>(1);
                query.apply(scope(), input, value -> {
                    if (!values.isEmpty()) {
                        throw new JsonQueryException("the program gives more than one value");
                    }
                    values.add(value);
                });
                if (values.isEmpty()) {
                    throw new JsonQueryException("the program gives no value");
                }
                result.complete(values.get(0));
            } catch (JsonQueryException | RuntimeException | StackOverflowError wrong) {
                result.completeExceptionally(wrong);
            } finally {
                end();
            }
        }

        private Scope scope() {
            var scope = Scope.newChildScope(BUILTINS);
            var attributes = JSON.createObjectNode();
            for (var name : event.getAttributeNames()) {
                attributes.set(name, TextNode.valueOf(WireEvent.textOf(event, name)));
            }
            for (var name : event.getExtensionNames()) {
                attributes.set(name, TextNode.valueOf(WireEvent.textOf(event, name)));
            }
            scope.setValue("event", attributes);
            return scope;
        }

        private void step() throws JsonQueryException {
            if (givenUp || ++steps > STEPS_MAX) {
                throw new JsonQueryException("the program takes more than " + STEPS_MAX + " steps");
            }
        }
    }
}
