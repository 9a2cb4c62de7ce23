package dev.sluice.server.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.server.manifest.TriggerManifest.Adapter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code http.adapter}: what is read of it, what is refused, and what is never shown. */
class AdapterManifestTest {
    private static final String CANARY = "canary-in-the-mine";
    private static final Map<String, String> ENVIRONMENT = Map.of("HOOK_SECRET", CANARY, "NOTHING", "");

    @TempDir
    Path folder;

    @Test
    void readsASecretFromTheEnvironmentAndShowsItNowhere() throws Exception {
        var manifest = read("{path: /hook, mode: accept, adapter: {github: {secret: \"${HOOK_SECRET}\"}}}");
        var adapter = Objects.requireNonNull(adapter(manifest));

        assertThat(adapter.name()).isEqualTo("github");
        assertThat(Objects.requireNonNull(adapter.secret()).bytes()).asString().isEqualTo(CANARY);
        assertThat(manifest.warnings()).isEmpty();
        assertThat(manifest.toString()).contains("********").doesNotContain(CANARY);
    }

    @Test
    void readsAnAdapterByItsName() throws Exception {
        assertThat(adapter(read("{path: /s3, mode: accept, adapter: s3}"))).isEqualTo(new Adapter("s3", null));
        assertThat(adapter(read("{path: /s3, mode: accept, adapter: {s3: {}}}")))
                .isEqualTo(new Adapter("s3", null));
        assertThat(adapter(read("{path: /plain}"))).isNull();
    }

    @Test
    void warnsWhenNoSignatureIsChecked() throws Exception {
        var manifest = read("{path: /hook, adapter: github}");

        assertThat(adapter(manifest)).isEqualTo(new Adapter("github", null));
        assertThat(manifest.warnings()).singleElement().satisfies(warning -> assertThat(warning.toString())
                .contains("sluice.yaml:8:32: spec.http.adapter: checks no signature"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            adapter: gihub                              | spec.http.adapter: 'gihub': must be one of github, s3; did you mean 'github'?
            adapter:                                    | spec.http.adapter: must not be empty
            adapter: [github]                           | spec.http.adapter: must be a single value, not a list
            adapter: {}                                 | spec.http.adapter: must name one adapter, such as {github: {secret: "${NAME}"}}
            adapter: {github: {}, s3: {}}               | spec.http.adapter: must name one adapter, such as {github: {secret: "${NAME}"}}
            adapter: {gitlab: {secret: x}}              | spec.http.adapter.gitlab: must be one of github, s3; did you mean 'github'?
            adapter: {github: my-secret}                | spec.http.adapter.github: must be a map, such as {secret: "${NAME}"}, or {}
            adapter: {github: {secret: "${NAME:-dev}"}} | spec.http.adapter.github.secret: has a variable with a colon, which is not filled in here: only ${NAME} is
            adapter: {github: {secret: ""}}             | spec.http.adapter.github.secret: must not be empty
            adapter: {github: {secret: "${NOTHING}"}}   | spec.http.adapter.github.secret: must not be empty
            adapter: {github: {secret: "${MISSING}"}}   | spec.http.adapter.github.secret: names the environment variable MISSING, which is not set
            adapter: {github: {sceret: x}}              | spec.http.adapter.github.sceret: is not a known key; did you mean 'secret'?
            adapter: {s3: {secret: x}}                  | spec.http.adapter.s3.secret: is not a known key
            """)
    void refusesWhatIsNoAdapter(String adapter, String mistake) throws Exception {
        assertThat(mistakes("{path: /hook, mode: accept, " + adapter + "}"))
                .singleElement()
                .asString()
                .endsWith(mistake);
    }

    @Test
    void refusesToReplyToWhatMayMakeSeveralEvents() throws Exception {
        assertThat(mistakes("{path: /s3, adapter: s3}"))
                .containsExactly(
                        "8:30: spec.http.adapter: s3 may make several events of a request, and a reply answers one:"
                                + " write mode: accept");
    }

    @Test
    void repeatsNoSecretInTheMistakesAroundIt() throws Exception {
        var told = mistakes("{path: hook, mode: maybe, adapter: {github: {secret: \"" + CANARY + "\", more: 1}}}");

        assertThat(told).hasSize(3).noneMatch(mistake -> mistake.contains(CANARY));
    }

    private static Adapter adapter(Manifest manifest) {
        return Objects.requireNonNull(manifest.triggers().get(0).http()).adapter();
    }

    private Manifest read(String http) throws IOException, InvalidManifestException {
        return Manifest.read(List.of(write(http)), ENVIRONMENT, null);
    }

    /** Each behind the file's name. */
    private List<String> mistakes(String http) throws IOException {
        var file = write(http);
        var invalid = catchThrowableOfType(
                InvalidManifestException.class, () -> Manifest.read(List.of(file), ENVIRONMENT, null));
        assertThat(invalid).as("mistakes").isNotNull();
        return invalid.mistakes().stream()
                .map(mistake -> mistake.toString().substring(file.toString().length() + 1))
                .toList();
    }

    private Path write(String http) throws IOException {
        var text = """
                {apiVersion: sluice.dev/v1, kind: Function, metadata: {name: f}, spec: {handler: com.acme.F}}
                ---
                apiVersion: sluice.dev/v1
                kind: Trigger
                metadata: {name: t}
                spec:
                  function: f
                  http: %s
                """.formatted(http);
        return Files.writeString(folder.resolve("sluice.yaml"), text);
    }
}
