package dev.sluice.server.manifest;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a node as far as a manifest names them; flags and environment variables win over them.
 *
 * @param port of the ingress, 0 for a free one
 * @param adminPort of the admin API, 0 for a free one
 * @param host the address that the ingress listens on
 * @param grace how long a node may take to finish what is in flight when it stops
 */
public record ServerManifest(
        @Nullable Integer port,
        @Nullable Integer adminPort,
        @Nullable String host,
        @Nullable Duration grace) {
    /** Nothing named. */
    public static final ServerManifest NONE = new ServerManifest(null, null, null, null);
}
