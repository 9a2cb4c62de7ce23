package dev.sluice.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Properties;

/** What was built. */
final class Build {
    private Build() {}

    /** The version of Sluice. Reads it anew each time. */
    static String version() {
        var properties = new Properties();
        try (var in = Build.class.getResourceAsStream("version.properties")) {
            if (in != null) {
                properties.load(in);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("version.properties can't be read", e);
        }
        return properties.getProperty("version", "unknown");
    }
}
