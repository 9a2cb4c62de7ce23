package dev.sluice.server;

import dev.sluice.cli.CommandFailure;
import dev.sluice.cli.ExitCode;
import dev.sluice.server.manifest.InvalidManifestException;
import dev.sluice.server.manifest.Manifest;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;

/** Reads manifests for a command: warnings are printed, mistakes end it. */
final class Manifests {
    private Manifests() {}

    static Manifest read(List<Path> paths, PrintWriter err) {
        try {
            var manifest = Manifest.read(paths);
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
