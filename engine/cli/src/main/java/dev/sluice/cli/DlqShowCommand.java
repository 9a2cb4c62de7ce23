package dev.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Base64;
import java.util.HexFormat;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "show",
        description = {
            "Show a dead letter whole: where it stands, its event with what tells why it is there,",
            "and of a record that is no event its bytes: as hexadecimal digits, or in Base64 as JSON and YAML."
        },
        abbreviateSynopsis = true,
        sortOptions = false,
        footer = {
            "",
            "Example: sluice dlq show 2:17",
            "         sluice dlq show o-4711 --topic orders.dlq -o json",
            "Exit codes: 3 no such letter."
        })
final class DlqShowCommand implements Callable<Integer> {
    private static final int HEX_BYTES_MAX = 4_096;

    /** What is shown of a letter besides YAML. */
    enum Format {
        yaml,
        json,
        hex
    }

    @Parameters(index = "0", paramLabel = "ID", description = "The event's id, or PARTITION:OFFSET.")
    private String letter = "";

    @Option(names = "--topic", paramLabel = "TOPIC", description = "Where; needed when there are several.")
    private @Nullable String topic;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "yaml, json, or hex for the bytes alone (default yaml).")
    private Format format = Format.yaml;

    @Mixin
    private final Connection connection;

    private final Terminal terminal;

    DlqShowCommand(Terminal terminal) {
        this.terminal = terminal;
        this.connection = new Connection(terminal.environment());
    }

    @Override
    public Integer call() {
        var client = new EngineClient(connection);
        var of = topic != null ? topic : Letters.only(client);
        var shown = client.admin(Letters.path(of, "/letter?id=" + EngineClient.segment(letter)));
        switch (format) {
            case json -> terminal.out().println(Json.pretty(shown));
            case yaml -> {
                terminal.out().print(Text.printable(Json.yaml(shown)));
                hex(shown, "record value:");
            }
            case hex -> hex(shown, "");
        }
        return ExitCode.OK;
    }

    private void hex(JsonNode shown, String head) {
        var value = shown.path("record").path("value");
        if (!value.isTextual()) {
            return;
        }
        if (!head.isEmpty()) {
            terminal.out().println(head);
        }
        var bytes = Base64.getDecoder().decode(value.asText());
        var hex = HexFormat.ofDelimiter(" ");
        for (var from = 0; from < Math.min(bytes.length, HEX_BYTES_MAX); from += 16) {
            var to = Math.min(bytes.length, from + 16);
            var text = new StringBuilder();
            for (var i = from; i < to; i++) {
                text.append(bytes[i] >= ' ' && bytes[i] < 127 ? (char) bytes[i] : '.');
            }
            terminal.out().println("%08x  %-47s  %s".formatted(from, hex.formatHex(bytes, from, to), text));
        }
        if (bytes.length > HEX_BYTES_MAX) {
            terminal.err().println("and " + (bytes.length - HEX_BYTES_MAX) + " bytes more: see -o json");
        }
    }
}
