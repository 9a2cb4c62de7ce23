package dev.sluice.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The event that {@code send} and {@code invoke} make of their flags, or find in a file. */
final class EventOptions {
    /** Far over what an engine takes by default; its own limit answers below this. */
    static final int FILE_BYTES_MAX = 64 * 1024 * 1024;

    private static final Pattern ATTRIBUTE = Pattern.compile("[a-z0-9]+");
    private static final Set<String> FLAGGED =
            Set.of("id", "source", "type", "subject", "datacontenttype", "data", "specversion");

    @Option(names = "--id", paramLabel = "ID", description = "Default: a random UUID.")
    private @Nullable String id;

    @Option(names = "--source", paramLabel = "URI", description = "Default: /sluice/cli.")
    private @Nullable String source;

    @Option(names = "--type", paramLabel = "TYPE", description = "Default: dev.sluice.cli.event.")
    private @Nullable String type;

    @Option(names = "--subject", paramLabel = "TEXT", description = "Default: none.")
    private @Nullable String subject;

    @Option(
            names = {"-d", "--data"},
            paramLabel = "TEXT",
            description = "The data.")
    private @Nullable String data;

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = "Data, a whole event or a batch from a file; - is stdin.")
    private @Nullable String file;

    @Option(
            names = "--content-type",
            paramLabel = "TYPE",
            description = "Of the data. Default: by the file's name, else application/json if it is JSON.")
    private @Nullable String contentType;

    @Option(
            names = {"-e", "--extension"},
            paramLabel = "NAME=VALUE",
            description = "An attribute more, such as partitionkey=ada; repeatable.")
    private Map<String, String> extensions = new LinkedHashMap<>();

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    private final Terminal terminal;

    EventOptions(Terminal terminal) {
        this.terminal = terminal;
    }

    /** Whether the file holds one event or one piece of data per line. */
    boolean isLines() {
        if (file == null) {
            return false;
        }
        if (contentType != null) {
            return ContentType.isLines(contentType);
        }
        return ContentType.isLines(ContentType.ofFile(file));
    }

    /** The lines; the caller closes them. */
    EventLines lines() throws IOException {
        refuseData();
        if (id != null) {
            throw usage("--id names one event, and " + origin() + " may hold many");
        }
        return new EventLines(open(), attributes());
    }

    /** The one request that the flags describe. */
    Outgoing single() throws IOException {
        check();
        if (file == null) {
            var bytes = data == null ? new byte[0] : data.getBytes(StandardCharsets.UTF_8);
            return binary(bytes, data == null ? null : "text/plain; charset=utf-8");
        }
        refuseData();
        var bytes = readFile();
        var chosen = contentType != null ? contentType : ContentType.ofEvents(bytes);
        if (chosen != null && ContentType.isCloudEvents(chosen)) {
            refuseAttributes();
            return Outgoing.structured(chosen, bytes);
        }
        return binary(bytes, ContentType.ofFile(file));
    }

    private Outgoing binary(byte[] bytes, @Nullable String otherwise) {
        var chosen = contentType;
        if (chosen == null && bytes.length > 0) {
            var guess = otherwise != null ? otherwise : ContentType.OCTETS;
            chosen = ContentType.mayBeJson(guess) && ContentType.isJson(bytes) ? ContentType.JSON : guess;
        }
        var attributes = attributes();
        attributes.put("id", id != null ? id : UUID.randomUUID().toString());
        return Outgoing.binary(attributes, chosen, bytes);
    }

    /** All but {@code id} and {@code datacontenttype}. */
    private Map<String, String> attributes() {
        check();
        var attributes = new LinkedHashMap<String, String>();
        attributes.put("source", source != null ? source : "/sluice/cli");
        attributes.put("type", type != null ? type : "dev.sluice.cli.event");
        if (subject != null) {
            attributes.put("subject", subject);
        }
        attributes.putAll(extensions);
        return attributes;
    }

    private void check() {
        for (var name : extensions.keySet()) {
            if (FLAGGED.contains(name)) {
                var flag = name.equals("datacontenttype") ? "content-type" : name;
                throw usage("-e " + name + "=… names an attribute that has a flag of its own: --" + flag);
            }
            if (!ATTRIBUTE.matcher(name).matches()) {
                throw usage("-e " + name + "=…: an attribute's name has lower-case letters and digits only");
            }
        }
    }

    private void refuseData() {
        if (data != null) {
            throw usage("--data and --file exclude each other");
        }
    }

    private void refuseAttributes() {
        var flagged = id != null || source != null || type != null || subject != null || !extensions.isEmpty();
        if (flagged) {
            throw usage(origin() + " holds whole events, which are sent as they are: leave out --id, --source, --type,"
                    + " --subject and -e, or say --content-type application/json to send it as data");
        }
    }

    private byte[] readFile() throws IOException {
        try (var stream = open()) {
            var bytes = stream.readNBytes(FILE_BYTES_MAX + 1);
            if (bytes.length > FILE_BYTES_MAX) {
                throw new CommandFailure(
                        ExitCode.INVALID,
                        file + " is longer than " + FILE_BYTES_MAX + " bytes, the most for one event");
            }
            return bytes;
        }
    }

    private InputStream open() throws IOException {
        var name = Objects.requireNonNull(file);
        if (name.equals("-")) {
            return terminal.in();
        }
        try {
            return Files.newInputStream(Path.of(name));
        } catch (NoSuchFileException missing) {
            throw new CommandFailure(ExitCode.NOT_FOUND, "there is no file " + name);
        }
    }

    ParameterException usage(String message) {
        return new ParameterException(Objects.requireNonNull(command).commandLine(), message);
    }

    /** For messages: where the event comes from. */
    String origin() {
        if (file == null) {
            return "the flags";
        }
        return file.equals("-") ? "stdin" : file;
    }
}
