package dev.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.server.manifest.FunctionManifest;
import dev.sluice.server.manifest.InvalidManifestException;
import dev.sluice.server.manifest.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the threads of a Java without virtual ones are shared among blocking functions. */
class BlockingThreadsTest {
    @TempDir
    Path folder;

    private final List<String> mistakes = new ArrayList<>();

    @Test
    void leavesTheDefaultWhereThereIsRoom() throws Exception {
        assertThat(shares(512, "", "")).isEqualTo(Map.of("f0", 16, "f1", 16));
        assertThat(mistakes).isEmpty();
    }

    @Test
    void sharesWhatIsLeftAmongFunctionsThatSayNothing() throws Exception {
        assertThat(shares(512, "scaling: {max: 20}", "", "", "concurrency: 4"))
                .isEqualTo(Map.of("f0", 20, "f1", 4, "f2", 4, "f3", 16));
        assertThat(mistakes).isEmpty();
    }

    @Test
    void givesNoFunctionLessThanItsMin() throws Exception {
        assertThat(shares(320, "scaling: {min: 12}", "scaling: {min: 2}", ""))
                .isEqualTo(Map.of("f0", 12, "f1", 4, "f2", 4));
        assertThat(mistakes).isEmpty();
    }

    @Test
    void refusesWhatIsWrittenAndCantBe() throws Exception {
        shares(512, "scaling: {max: 20}", "scaling: {max: 30}", "");

        assertThat(mistakes)
                .singleElement()
                .asString()
                .endsWith("f1.yaml:4:37: spec.scaling.max: '30': brings the slots of blocking functions to 800; on this"
                        + " Java each needs a thread, and there are at most 512. Lower max or concurrency, or run on Java"
                        + " 21 or newer");
    }

    @Test
    void refusesMoreFunctionsThanThereAreThreadsForOneInstanceEach() throws Exception {
        shares(40, "", "", "");

        assertThat(mistakes).singleElement().asString().contains("spec.scaling.max: '1': brings the slots", "to 48");
    }

    private Map<String, Integer> shares(int threads, String... scaling) throws IOException, InvalidManifestException {
        var blocking = new BlockingThreads(threads);
        for (var i = 0; i < scaling.length; i++) {
            blocking.add(function("f" + i, scaling[i]));
        }
        return blocking.shares(mistakes);
    }

    private FunctionManifest function(String name, String fields) throws IOException, InvalidManifestException {
        var file = Files.writeString(folder.resolve(name + ".yaml"), """
                apiVersion: sluice.dev/v1
                kind: Function
                metadata: {name: %s}
                spec: {handler: a.B, %s}
                """.formatted(name, fields));
        return Manifest.read(List.of(file)).functions().get(0);
    }
}
