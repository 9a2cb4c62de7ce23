package dev.sluice.server;

import dev.sluice.engine.EngineOptions.Ceilings;
import dev.sluice.engine.journal.JournalOptions;
import dev.sluice.server.manifest.Bytes;
import dev.sluice.server.manifest.Durations;
import dev.sluice.server.manifest.Rates;
import dev.sluice.server.manifest.ServerManifest;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a node runs with.
 *
 * @param host the address that the ingress listens on; 127.0.0.1 unless told otherwise
 * @param port of the ingress, 8080; 0 for a free one
 * @param adminPort of the admin API, 7070, always on 127.0.0.1 since it has no authentication; 0 for a free one
 * @param grace how long the node may take to finish what is in flight when it stops, 25 s
 * @param acceptTriggerChange takes partitions that another set of triggers worked on; a manifest can't say so, since it
 *     would say so for ever
 * @param node the node's name, which its decisions carry; null for the machine's and the admin port
 * @param ceilings what all functions together may have
 * @param state the folder in which memory brokers keep states that outlive the process; null for none
 * @param journal how much is kept of what was decided on events
 */
record Settings(
        String host,
        int port,
        int adminPort,
        Duration grace,
        boolean acceptTriggerChange,
        @Nullable String node,
        Ceilings ceilings,
        @Nullable Path state,
        JournalOptions journal) {
    static final String HOST = "127.0.0.1";
    static final int PORT = 8080;
    static final int ADMIN_PORT = 7070;
    static final Duration GRACE = Duration.ofSeconds(25);

    /** As most nodes run: no change of triggers is accepted. */
    Settings(String host, int port, int adminPort, Duration grace) {
        this(host, port, adminPort, grace, false);
    }

    /** With a name and ceilings that are the default. */
    Settings(String host, int port, int adminPort, Duration grace, boolean acceptTriggerChange) {
        this(host, port, adminPort, grace, acceptTriggerChange, null, Ceilings.defaults());
    }

    /** Without a state folder, with the journal that is the default. */
    Settings(
            String host,
            int port,
            int adminPort,
            Duration grace,
            boolean acceptTriggerChange,
            @Nullable String node,
            Ceilings ceilings) {
        this(host, port, adminPort, grace, acceptTriggerChange, node, ceilings, null, JournalOptions.defaults());
    }

    private static final String NODE_RULE = "must be 1 to 100 of letters, digits, dot, dash, underscore and colon";
    private static final String PORT_RULE = "must be a port: 0 to 65535, 0 for a free one";

    /**
     * The first of flag, environment variable, manifest and default that is there.
     *
     * @param flags by the flag's name without dashes; those that were not given are absent
     * @throws InvalidSettingsException with every mistake in any of them, used or not, each with its origin
     */
    static Settings of(Map<String, String> flags, Map<String, String> environment, ServerManifest manifest)
            throws InvalidSettingsException {
        var sources = new Sources(flags, environment);
        var settings = new Settings(
                sources.value("host", Settings::host, "must not be blank", manifest.host(), HOST),
                sources.value("port", Settings::port, PORT_RULE, manifest.port(), PORT),
                sources.value("admin-port", Settings::port, PORT_RULE, manifest.adminPort(), ADMIN_PORT),
                sources.value("grace", Settings::grace, graceRule(), manifest.grace(), GRACE),
                sources.value("accept-trigger-change", Settings::flag, "must be true or false", null, false),
                sources.optional("node", Settings::node, NODE_RULE, manifest.node()),
                ceilings(sources, manifest),
                sources.optional("state", Settings::folder, "must be the path of a folder", manifest.state()),
                journal(sources, manifest));
        if (!sources.mistakes.isEmpty()) {
            throw new InvalidSettingsException(sources.mistakes);
        }
        return settings;
    }

    private static Ceilings ceilings(Sources sources, ServerManifest manifest) {
        var standard = Ceilings.defaults();
        return new Ceilings(
                sources.value(
                        "instances-max",
                        text -> number(text, 1_000_000),
                        "must be a whole number between 1 and 1000000",
                        manifest.instancesMax(),
                        standard.instancesMax()),
                sources.value(
                        "slots-max",
                        text -> number(text, Integer.MAX_VALUE),
                        "must be a whole number of at least 1",
                        manifest.slotsMax(),
                        standard.slotsMax()),
                sources.value(
                        "memory-max",
                        text -> Bytes.parse(text).filter(it -> it >= 1 << 20),
                        "must be a number of bytes of at least 1048576, such as 512MiB",
                        manifest.memoryMax(),
                        standard.memoryMax()));
    }

    private static JournalOptions journal(Sources sources, ServerManifest manifest) {
        var standard = JournalOptions.defaults();
        return standard.withBytesMax(sources.value(
                        "journal-size",
                        text -> Bytes.parse(text).filter(it -> it >= JournalOptions.BYTES_MIN),
                        "must be a number of bytes of at least 65536, such as 16MiB",
                        manifest.journalSize(),
                        standard.bytesMax()))
                .withRate(sources.value(
                        "journal-rate", Rates::parse, Rates.RULE, manifest.journalRate(), standard.rate()));
    }

    private static Optional<Integer> number(String text, int max) {
        return text.matches("\\d{1,10}")
                ? Optional.of(Long.parseLong(text))
                        .filter(it -> it >= 1 && it <= max)
                        .map(Long::intValue)
                : Optional.empty();
    }

    private static Optional<String> node(String text) {
        return Optional.of(text).filter(name -> name.matches(ServerManifest.NODE));
    }

    private static Optional<Path> folder(String text) {
        try {
            return Optional.of(Path.of(text)).filter(path -> !text.isBlank() && !Files.isRegularFile(path));
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    private static String graceRule() {
        return Durations.RULE + ", up to 1h";
    }

    private static Optional<String> host(String text) {
        return Optional.of(text.strip()).filter(host -> !host.isEmpty());
    }

    private static Optional<Integer> port(String text) {
        return text.matches("\\d{1,5}")
                ? Optional.of(Integer.valueOf(text)).filter(port -> port <= 65_535)
                : Optional.empty();
    }

    private static Optional<Boolean> flag(String text) {
        return switch (text) {
            case "true" -> Optional.of(true);
            case "false" -> Optional.of(false);
            default -> Optional.empty();
        };
    }

    private static Optional<Duration> grace(String text) {
        return Durations.parse(text).filter(grace -> grace.compareTo(Duration.ofHours(1)) <= 0);
    }

    /** Where values come from, and what was wrong with them. */
    private static final class Sources {
        private final Map<String, String> flags;
        private final Map<String, String> environment;
        private final List<String> mistakes = new ArrayList<>();

        Sources(Map<String, String> flags, Map<String, String> environment) {
            this.flags = flags;
            this.environment = environment;
        }

        <T> T value(String name, Function<String, Optional<T>> parse, String rule, @Nullable T manifest, T standard) {
            return given(name, parse, rule, manifest).orElse(standard);
        }

        <T> @Nullable T optional(String name, Function<String, Optional<T>> parse, String rule, @Nullable T manifest) {
            return given(name, parse, rule, manifest).orElse(null);
        }

        private <T> Optional<T> given(
                String name, Function<String, Optional<T>> parse, String rule, @Nullable T manifest) {
            var flag = parsed("--" + name, flags.get(name), parse, rule);
            var shortName = "SLUICE_" + name.toUpperCase(Locale.ROOT).replace('-', '_');
            var longName = shortName.replace("SLUICE_", "SLUICE_SERVER_");
            var ofShort = parsed(shortName, environment.get(shortName), parse, rule);
            var ofLong = parsed(longName, environment.get(longName), parse, rule);
            if (ofShort.isPresent() && ofLong.isPresent() && !ofShort.equals(ofLong)) {
                mistakes.add(shortName + " is '" + environment.get(shortName) + "' and " + longName + " is '"
                        + environment.get(longName) + "': they mean the same, set one");
            }
            return flag.or(() -> ofShort).or(() -> ofLong).or(() -> Optional.ofNullable(manifest));
        }

        private <T> Optional<T> parsed(
                String origin, @Nullable String text, Function<String, Optional<T>> parse, String rule) {
            if (text == null) {
                return Optional.empty();
            }
            var parsed = parse.apply(text);
            if (parsed.isEmpty()) {
                mistakes.add(origin + " is '" + text + "': " + rule);
            }
            return parsed;
        }
    }
}
