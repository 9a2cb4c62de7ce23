package dev.sluice.server.manifest;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a node as far as a manifest names them; flags and environment variables win over them.
 *
 * @param port of the ingress, 0 for a free one
 * @param adminPort of the admin API, 0 for a free one
 * @param host the address that the ingress listens on
 * @param grace how long a node may take to finish what is in flight when it stops
 * @param node its name, which its decisions carry
 * @param instancesMax instances that all functions may have together
 * @param slotsMax their slots
 * @param memoryMax their estimated memory in bytes
 * @param webhooks what is agreed with senders of webhooks where a path has nothing of its own
 * @param state the folder of states that outlive the process
 * @param journalSize what the journal of decisions may hold, in bytes
 * @param journalRate the share of events of which every decision is kept
 */
public record ServerManifest(
        @Nullable Integer port,
        @Nullable Integer adminPort,
        @Nullable String host,
        @Nullable Duration grace,
        @Nullable String node,
        @Nullable Integer instancesMax,
        @Nullable Integer slotsMax,
        @Nullable Long memoryMax,
        TriggerManifest.@Nullable Webhooks webhooks,
        @Nullable Path state,
        @Nullable Long journalSize,
        @Nullable Double journalRate) {
    /** One without a state folder, and with nothing said of the journal. */
    public ServerManifest(
            @Nullable Integer port,
            @Nullable Integer adminPort,
            @Nullable String host,
            @Nullable Duration grace,
            @Nullable String node,
            @Nullable Integer instancesMax,
            @Nullable Integer slotsMax,
            @Nullable Long memoryMax,
            TriggerManifest.@Nullable Webhooks webhooks) {
        this(port, adminPort, host, grace, node, instancesMax, slotsMax, memoryMax, webhooks, null, null, null);
    }

    /** One that says where a node listens, and how it stops. */
    public ServerManifest(
            @Nullable Integer port, @Nullable Integer adminPort, @Nullable String host, @Nullable Duration grace) {
        this(port, adminPort, host, grace, null, null, null, null, null);
    }

    /** What a node's name looks like, as a regular expression. */
    public static final String NODE = "[A-Za-z0-9._:-]{1,100}";

    /** Nothing named. */
    public static final ServerManifest NONE = new ServerManifest(null, null, null, null);
}
