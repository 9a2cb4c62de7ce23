package dev.sluice.server;

import dev.sluice.cli.CommandFailure;
import dev.sluice.cli.ExitCode;
import dev.sluice.server.manifest.ServerManifest;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags of every command that starts a node. Kept as text, so that flags and variables obey one set of rules. */
final class NodeOptions {
    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "Port of the ingress, 0 for a free one (env SLUICE_PORT, default 8080).")
    private @Nullable String port;

    @Option(
            names = "--admin-port",
            paramLabel = "PORT",
            description = "Port of the admin API on 127.0.0.1, 0 for a free one (env SLUICE_ADMIN_PORT, default 7070).")
    private @Nullable String adminPort;

    @Option(
            names = "--host",
            paramLabel = "HOST",
            description = "Address that the ingress listens on (env SLUICE_HOST, default 127.0.0.1).")
    private @Nullable String host;

    @Option(
            names = "--grace",
            paramLabel = "TIME",
            description = "Time to finish what is in flight at a stop (env SLUICE_GRACE, default 25s).")
    private @Nullable String grace;

    @Option(
            names = "--node",
            paramLabel = "NAME",
            description = "This node's name, which its decisions carry (env SLUICE_NODE, default HOST:ADMIN-PORT).")
    private @Nullable String node;

    @Option(
            names = "--instances-max",
            paramLabel = "N",
            description = "Instances of all functions together (env SLUICE_INSTANCES_MAX, default 1000).")
    private @Nullable String instancesMax;

    @Option(
            names = "--slots-max",
            paramLabel = "N",
            description = "Slots of all functions together (env SLUICE_SLOTS_MAX, default 100000).")
    private @Nullable String slotsMax;

    @Option(
            names = "--memory-max",
            paramLabel = "BYTES",
            description =
                    "Estimated memory of all instances, such as 512MiB (env SLUICE_MEMORY_MAX, default half of the"
                            + " heap).")
    private @Nullable String memoryMax;

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description = "Folder in which memory brokers keep states of schedules and the like over a restart"
                    + " (env SLUICE_STATE, default none: they end with the process).")
    private @Nullable String state;

    @Option(
            names = "--journal-size",
            paramLabel = "BYTES",
            description =
                    "What is kept of decisions on events (env SLUICE_JOURNAL_SIZE, default 32MiB, or a 32nd of the"
                            + " heap).")
    private @Nullable String journalSize;

    @Option(
            names = "--journal-rate",
            paramLabel = "SHARE",
            description = "Events of which every decision is kept where many come; 0 for none (env SLUICE_JOURNAL_RATE,"
                    + " default 1%%).")
    private @Nullable String journalRate;

    @Option(
            names = "--accept-trigger-change",
            description =
                    "Take over partitions on which another set of triggers worked, and keep the new set from then on"
                            + " (env SLUICE_ACCEPT_TRIGGER_CHANGE=true).")
    private boolean acceptTriggerChange;

    /** The settings that follow; ends the command when a flag or variable is wrong. */
    Settings settings(ServerManifest manifest) {
        var flags = new LinkedHashMap<String, String>();
        put(flags, "port", port);
        put(flags, "admin-port", adminPort);
        put(flags, "host", host);
        put(flags, "grace", grace);
        put(flags, "node", node);
        put(flags, "instances-max", instancesMax);
        put(flags, "slots-max", slotsMax);
        put(flags, "memory-max", memoryMax);
        put(flags, "state", state);
        put(flags, "journal-size", journalSize);
        put(flags, "journal-rate", journalRate);
        put(flags, "accept-trigger-change", acceptTriggerChange ? "true" : null);
        try {
            return Settings.of(flags, System.getenv(), manifest);
        } catch (InvalidSettingsException e) {
            throw new CommandFailure(ExitCode.USAGE, String.valueOf(e.getMessage()));
        }
    }

    private static void put(Map<String, String> flags, String name, @Nullable String value) {
        if (value != null) {
            flags.put(name, value);
        }
    }
}
