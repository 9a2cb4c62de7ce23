package dev.sluice.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.server.manifest.Manifest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Manifests in the documentation are read by the engine's own reader, without a mistake and without a warning. */
class ManifestDocTest {
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```yaml\\R(apiVersion:.*?)^```$");

    @TempDir
    private Path project;

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "docs/manifest.md", "docs/adapters.md"})
    void everyManifestIsValid(String page) throws Exception {
        Files.createDirectories(project.resolve("target").resolve("classes"));
        var blocks = BLOCK.matcher(Files.readString(Path.of("..").resolve(page)));
        var found = 0;
        while (blocks.find()) {
            found++;
            var file = Files.writeString(project.resolve("sluice.yaml"), blocks.group(1));

            var manifest = Manifest.read(List.of(file), Map.of("GITHUB_SECRET", "secret"), null);

            assertThat(manifest.functions()).isNotEmpty();
            assertThat(manifest.triggers()).isNotEmpty();
            assertThat(manifest.warnings()).isEmpty();
        }
        assertThat(found).as("manifests in %s", page).isPositive();
    }
}
