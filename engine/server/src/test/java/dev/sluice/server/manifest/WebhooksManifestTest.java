package dev.sluice.server.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.server.manifest.TriggerManifest.Webhooks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code webhooks} of a path and of the server. */
class WebhooksManifestTest {
    @TempDir
    private Path folder;

    private Manifest read(String http, String server) throws IOException, InvalidManifestException {
        var text = """
                {apiVersion: sluice.dev/v1, kind: Server, metadata: {name: node}, spec: %s}
                ---
                {apiVersion: sluice.dev/v1, kind: Function, metadata: {name: f}, spec: {handler: com.acme.F}}
                ---
                {apiVersion: sluice.dev/v1, kind: Trigger, metadata: {name: t}, spec: {function: f, http: %s}}
                """.formatted(server, http);
        var file = Files.writeString(folder.resolve("sluice.yaml"), text);
        return Manifest.read(List.of(file), Map.of(), null);
    }

    @Test
    void readsOriginsAndRates() throws Exception {
        var manifest = read(
                "{path: /hook, webhooks: {origins: [a.example, \"*.b.example\"], rate: 120/m}}",
                "{webhooks: {rate: 2/s}}");

        assertThat(manifest.triggers().get(0).http().webhooks())
                .isEqualTo(new Webhooks(List.of("a.example", "*.b.example"), 120));
        assertThat(manifest.server().webhooks()).isEqualTo(new Webhooks(List.of("*"), 120));
        assertThat(read("{path: /hook, webhooks: {origins: []}}", "{}")
                        .triggers()
                        .get(0)
                        .http()
                        .webhooks())
                .isEqualTo(new Webhooks(List.of(), null));
    }

    @Test
    void agreesWithNothingOfItsOwnUnlessWritten() throws Exception {
        var manifest = read("{path: /hook}", "{}");

        assertThat(manifest.triggers().get(0).http().webhooks()).isNull();
        assertThat(manifest.server().webhooks()).isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            webhooks: {origins: [a.example, "a b"]} | spec.http.webhooks.origins[1]: 'a b': must be a host name, *. and the end of one, or *
            webhooks: {origins: a.example}          | spec.http.webhooks.origins: 'a.example': must be a list of at most 100 host names
            webhooks: {rate: 0/m}                   | spec.http.webhooks.rate: '0/m': must be a rate such as 120/m or 2/s
            webhooks: {rate: 120}                   | spec.http.webhooks.rate: '120': must be a rate such as 120/m or 2/s
            webhooks: {origin: a}                   | spec.http.webhooks.origin: is not a known key
            method: PUT, webhooks: {}               | has no use here: webhooks of CloudEvents come by POST, and to no adapter
            mode: accept, adapter: s3, webhooks: {} | has no use here: webhooks of CloudEvents come by POST, and to no adapter
            """)
    void refusesWhatIsNoPolicy(String keys, String mistake) {
        assertThatThrownBy(() -> read("{path: /hook, " + keys + "}", "{}"))
                .isInstanceOf(InvalidManifestException.class)
                .hasMessageContaining(mistake);
    }
}
