package dev.sluice.server.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files that are meant to do harm, or are no YAML at all. */
@Timeout(10)
class YamlFileTest {
    @TempDir
    Path folder;

    @Test
    void refusesABillionLaughs() throws IOException {
        var text = new StringBuilder("a0: &a0 [lol]\n");
        for (var i = 1; i < 12; i++) {
            text.append("a%d: &a%d [*a%d, *a%d, *a%d, *a%d]\n".formatted(i, i, i - 1, i - 1, i - 1, i - 1));
        }

        assertThat(mistakes(text.toString()))
                .anySatisfy(mistake -> assertThat(mistake).contains("alias"));
    }

    @Test
    void refusesAListThatHoldsItself() throws IOException {
        assertThat(mistakes("spec: &x [*x]\n"))
                .anySatisfy(mistake -> assertThat(mistake).contains("alias"));
    }

    @Test
    void instantiatesNoForeignTag() throws IOException {
        assertThat(mistakes("kind: !!javax.script.ScriptEngineManager [!!java.net.URL [\"http://127.0.0.1/\"]]\n"))
                .anySatisfy(mistake -> assertThat(mistake).contains("1:7").contains("tag"));
        assertThat(mistakes("kind: !secret x\n"))
                .anySatisfy(mistake -> assertThat(mistake).contains("tag"));
    }

    @Test
    void refusesNestingWithoutEnd() throws IOException {
        assertThat(mistakes("a: " + "[".repeat(20_000)))
                .singleElement()
                .asString()
                .contains("Nesting Depth exceeded max 50");
    }

    @Test
    void refusesAFileThatIsTooLongForAManifest() throws IOException {
        assertThat(mistakes("# " + "x".repeat(3 << 20)))
                .singleElement()
                .asString()
                .endsWith("is over 3 MiB: no manifest is that long");
    }

    @Test
    void refusesBytesThatAreNoText() throws IOException {
        var file = Files.write(folder.resolve("sluice.yaml"), new byte[] {'a', ':', ' ', (byte) 0xC3, (byte) 0x28});

        assertThat(mistakes(file)).singleElement().asString().endsWith("is not UTF-8 text");
    }

    @Test
    void namesThePlaceOfAControlCharacter() throws IOException {
        assertThat(mistakes("kind: x\nname: a\u0007b\n"))
                .singleElement()
                .asString()
                .endsWith("sluice.yaml:2:8: not YAML: a control character");
    }

    @Test
    void takesAByteOrderMarkForNothing() throws IOException {
        assertThat(mistakes("\uFEFFkind: Broker\n"))
                .noneSatisfy(mistake -> assertThat(mistake).contains("is not a known key"));
    }

    @Test
    void refusesAFileWithoutDocuments() throws Exception {
        var file = Files.writeString(folder.resolve("empty.yaml"), "# nothing yet\n---\n---\n# still nothing\n");

        assertThat(mistakes(file)).singleElement().asString().endsWith("empty.yaml: has no document");
    }

    private List<String> mistakes(String text) throws IOException {
        return mistakes(Files.write(folder.resolve("sluice.yaml"), text.getBytes(StandardCharsets.UTF_8)));
    }

    private static List<String> mistakes(Path file) {
        var invalid = catchThrowableOfType(InvalidManifestException.class, () -> Manifest.read(List.of(file)));
        assertThat(invalid).isNotNull();
        return invalid.mistakes().stream().map(Mistake::toString).toList();
    }
}
