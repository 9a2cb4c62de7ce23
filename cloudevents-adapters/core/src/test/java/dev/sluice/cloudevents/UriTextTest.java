package dev.sluice.cloudevents;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.Locale;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UriTextTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://github.com/cloudevents",
                "mailto:cncf-wg-serverless@lists.cncf.io",
                "urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66",
                "cloudevents/spec/pull/123",
                "/sensors/tn-1234567/alerts",
                "1-555-123-4567",
                "//host/path",
                "?q=1",
                "#f",
                "/a%20b?x=%C3%BC#y",
                "http://user:secret@host:8080/",
                "http://[2001:db8::1]:80/x",
                "file:///tmp/x",
                "aws:s3.eu-west-1.bucket",
                "a/b:c",
                "./a:b",
                "/a?b=/?#/?"
            })
    void acceptsReferences(String text) {
        WireEvent event = Samples.minimal().source(text).build();

        assertThat(event.getSource()).isEqualTo(URI.create(text));
        assertThat(event.getSource()).isSameAs(event.getSource());
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://x/y", "urn:a:b", "https://x/schema.json#/definitions/y"})
    void acceptsAbsoluteSchemas(String text) {
        assertThat(Samples.minimal().dataSchema(text).build().getDataSchema()).isEqualTo(URI.create(text));
    }

    /** An event that was accepted must not fail later, when someone asks for its source. */
    @Property(tries = 5_000)
    void whatIsAcceptedTheJdkCanParse(@ForAll("uriLike") String text) {
        if (UriText.isReference(text)) {
            assertThat(URI.create(text).toString()).isEqualTo(text);
        }
    }

    @Property(tries = 500)
    void acceptsWhatTheJdkBuildsFromParts(
            @ForAll("hosts") String host, @ForAll("words") String path, @ForAll("words") String query)
            throws Exception {
        URI built = new URI("https", null, host, 8080, "/" + path + "/ü x", query, "f é");

        assertThat(UriText.isReference(built.toASCIIString())).isTrue();
        assertThat(UriText.isAbsolute(built.toASCIIString())).isTrue();
    }

    @Provide
    Arbitrary<String> uriLike() {
        return Arbitraries.of(
                        "a", "b1", ":", "/", "//", "?", "#", "@", "[", "]", "::1", "%41", "%", ".", "+", "-", "http",
                        "8", "=", "&", " ", "ü", "~", "'", "(", "|")
                .list()
                .ofMaxSize(9)
                .map(parts -> String.join("", parts));
    }

    @Provide
    Arbitrary<String> hosts() {
        return words().map(word -> word.toLowerCase(Locale.ROOT) + ".org");
    }

    @Provide
    Arbitrary<String> words() {
        return Arbitraries.strings().alpha().ofMinLength(1).ofMaxLength(12);
    }
}
