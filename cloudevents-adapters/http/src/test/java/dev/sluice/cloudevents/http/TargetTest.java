package dev.sluice.cloudevents.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetTest {
    @ParameterizedTest
    @CsvSource({
        "http://sink.example, http://sink.example/",
        "HTTPS://sink.example:8443/a/b?x=y, https://sink.example:8443/a/b?x=y",
        "http://93.184.216.34/a, http://93.184.216.34/a",
        "'http://[2606:4700::1111]:8080', 'http://[2606:4700::1111]:8080/'",
        "http://sink.example./a, http://sink.example./a",
        "http://4host.example/a, http://4host.example/a"
    })
    void takesHttpAndHttpsWithAHost(String sink, String uri) {
        assertThat(Target.of(URI.create(sink)).uri()).isEqualTo(uri);
    }

    @Test
    void addsAParameterToAnyQuery() {
        assertThat(Target.of(URI.create("https://a.example/p"), "t=1").uri()).isEqualTo("https://a.example/p?t=1");
        assertThat(Target.of(URI.create("https://a.example/p?x=%20"), "t=1").uri())
                .isEqualTo("https://a.example/p?x=%20&t=1");
    }

    /** Each is 127.0.0.1 to somebody. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://2130706433/",
                "http://017700000001/",
                "http://0x7f000001/",
                "http://0x7f.0.0.1/",
                "http://0177.0.0.1/",
                "http://127.1/",
                "http://127.0.1/",
                "http://127.0.0.01/",
                "http://127.0.0.1./",
                "http://127.0.0.256/",
                "http://[::1%25lo]/",
                "http://[::1%lo]/",
            })
    void refusesAnAddressThatIsNotSpelledAsFourDecimalNumbers(String sink) {
        assertThatThrownBy(() -> Target.of(URI.create(sink))).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://sink.example/",
                "sink.example",
                "/path",
                "mailto:a@b",
                "http:///path",
                "http://user@sink.example/",
                "http://user:word@sink.example/",
                "http://sink.example/#part",
                "http://sink.example:0/",
                "http://sink.example:70000/",
                "file:///etc/passwd"
            })
    void refusesWhatIsNoSink(String sink) {
        assertThatThrownBy(() -> Target.of(URI.create(sink)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must");
    }

    @Test
    void neverShowsPathQueryOrUser() {
        assertThat(Target.of(URI.create("https://a.example/p?access_token=secret"), "key=secret")
                        .shown())
                .isEqualTo("https://a.example");
        assertThatThrownBy(() -> Target.of(URI.create("https://user:secret@a.example/")))
                .message()
                .doesNotContain("secret");
    }
}
