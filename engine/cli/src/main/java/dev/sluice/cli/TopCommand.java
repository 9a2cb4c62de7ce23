package dev.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "top",
        description = {
            "Show functions, their instances and why there are so many, again and again.",
            "On a terminal the screen is drawn anew every second until q or Ctrl-C; elsewhere, with --once and with"
                    + " -o json, yaml or name it prints once."
        },
        abbreviateSynopsis = true,
        sortOptions = false,
        footer = {"", "Example: sluice top", "         sluice top --once -o json"})
final class TopCommand implements Callable<Integer> {
    private static final int POLL_MILLIS = 50;
    private static final String HOME = "\u001b[H";
    private static final String CLEAR_LINE = "\u001b[K";
    private static final String CLEAR_BELOW = "\u001b[J";
    private static final String SECOND_SCREEN = "\u001b[?1049h\u001b[?25l";
    private static final String FIRST_SCREEN = "\u001b[?25h\u001b[?1049l";

    @Option(names = "--once", description = "Print once and end.")
    private boolean once;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "table, wide, json, yaml or name (default table).")
    private ResourceOutput.Format format = ResourceOutput.Format.table;

    @Option(
            names = "--interval",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            description = "How often the screen is drawn (default 1s).")
    private Duration interval = Duration.ofSeconds(1);

    @Mixin
    private final Connection connection;

    private final Terminal terminal;

    TopCommand(Terminal terminal) {
        this.terminal = terminal;
        this.connection = new Connection(terminal.environment());
    }

    @Override
    public Integer call() throws InterruptedException, IOException {
        var client = new EngineClient(connection);
        var output = new ResourceOutput(
                terminal,
                "functions",
                "function",
                item -> Column.string(item, "function"),
                ScalingColumns.STATUS,
                format);
        var screen = format == ResourceOutput.Format.table || format == ResourceOutput.Format.wide;
        if (once || !screen || !terminal.interactive()) {
            output.list(read(client));
            return ExitCode.OK;
        }
        // Asked before the screen changes, so that a mistake is told on the one that stays.
        var first = read(client);
        try (var keys = Keys.open(terminal.in())) {
            var restore = new Thread(this::leave);
            Runtime.getRuntime().addShutdownHook(restore);
            terminal.out().print(SECOND_SCREEN);
            try {
                show(client, output, first, keys);
            } finally {
                leave();
                unhook(restore);
            }
        }
        return ExitCode.OK;
    }

    private void show(EngineClient client, ResourceOutput output, List<JsonNode> first, Keys keys)
            throws InterruptedException, IOException {
        var items = first;
        var trouble = "";
        var failures = 0;
        while (!terminal.out().checkError()) {
            draw(output, items, trouble);
            if (quits(keys)) {
                return;
            }
            try {
                items = read(client);
                trouble = "";
                failures = 0;
            } catch (CommandFailure failure) {
                if (++failures == Watch.FAILURES_IN_A_ROW_MAX) {
                    throw failure;
                }
                trouble = String.valueOf(failure.getMessage());
            }
        }
    }

    /** Waits for the next drawing; true when q was pressed meanwhile, or the terminal is gone. */
    private boolean quits(Keys keys) throws InterruptedException, IOException {
        for (var waited = 0L; waited < interval.toMillis(); waited += POLL_MILLIS) {
            if (keys.quits()) {
                return true;
            }
            Thread.sleep(POLL_MILLIS);
        }
        return false;
    }

    private void draw(ResourceOutput output, List<JsonNode> items, String trouble) {
        var screen = new StringBuilder(HOME).append(head(items)).append(CLEAR_LINE + "\n");
        screen.append(Text.oneLine(trouble)).append(CLEAR_LINE + "\n");
        for (var line : output.lines(items, true)) {
            screen.append(line).append(CLEAR_LINE + "\n");
        }
        terminal.out().print(screen.append(CLEAR_BELOW));
        terminal.out().flush();
    }

    private static String head(List<JsonNode> items) {
        if (items.isEmpty()) {
            return "sluice top: no functions; q ends";
        }
        var first = items.get(0);
        return String.format(
                Locale.ROOT,
                "sluice top: %s, CPU %.0f %%, %d function%s; q ends",
                Text.oneLine(Column.string(first, "node")),
                100 * first.path("cpu").asDouble(),
                items.size(),
                items.size() == 1 ? "" : "s");
    }

    private void leave() {
        terminal.out().print(FIRST_SCREEN);
        terminal.out().flush();
    }

    private static void unhook(Thread restore) {
        try {
            Runtime.getRuntime().removeShutdownHook(restore);
        } catch (IllegalStateException ends) {
            // The process ends already, and the hook has run or will.
        }
    }

    private static List<JsonNode> read(EngineClient client) {
        var items = new ArrayList<JsonNode>();
        for (var function : client.admin("/v1/functions").path("items")) {
            var name = Column.string(function, "name");
            var scaling = client.admin("/v1/functions/" + EngineClient.segment(name) + "/scaling");
            items.add(scaling instanceof ObjectNode object ? object.set("state", function.path("state")) : scaling);
        }
        return items;
    }
}
