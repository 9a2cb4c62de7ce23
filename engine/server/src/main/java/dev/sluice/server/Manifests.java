package dev.sluice.server;

import dev.sluice.cli.CommandFailure;
import dev.sluice.cli.ExitCode;
import dev.sluice.server.manifest.InvalidManifestException;
import dev.sluice.server.manifest.Manifest;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads manifests for a command: warnings are printed, mistakes end it. */
final class Manifests {
    private Manifests() {}

    static Manifest read(List<Path> paths, PrintWriter err) {
        return read(paths, null, err);
    }

    /** @param kafka where a cluster is found that takes the place of the default broker; null for none */
    static Manifest read(List<Path> paths, @Nullable String kafka, PrintWriter err) {
        try {
            var manifest = Manifest.read(paths, System.getenv(), kafka);
            manifest.warnings().forEach(warning -> err.println("warning: " + warning));
            return manifest;
        } catch (InvalidManifestException e) {
            e.mistakes().forEach(err::println);
            var count = e.mistakes().size();
            throw new CommandFailure(
                    ExitCode.INVALID, count + (count == 1 ? " mistake" : " mistakes") + ": nothing was applied");
        }
    }
}
