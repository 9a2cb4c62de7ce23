package dev.sluice.cloudevents.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.cloudevents.WireEvent;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The address rules on real sockets: what is connected to is what was looked at, and nothing else is. */
class AddressGuardTest {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final AddressRules LOOPBACK = AddressRules.PUBLIC.allowing("127.0.0.1");
    private static final WireEvent EVENT =
            WireEvent.builder().id("1").source("/s").type("t").build();

    private final FakeSink sink = new FakeSink();
    private HttpEventClient client = HttpEventClient.builder().build();
    private FakeNames names;

    @AfterEach
    void close() {
        client.close().block(PATIENCE);
        sink.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "[::ffff:127.0.0.1]", "[::1]", "localhost", "0.0.0.0", "169.254.169.254"})
    void connectsToNoAddressThatTheRulesRefuse(String host) {
        URI uri = URI.create("http://" + host + ":" + sink.port() + "/");

        assertThatThrownBy(() -> client.send(uri, EVENT).block(PATIENCE)).isInstanceOf(SinkException.Forbidden.class);
        assertThat(sink.got).isEmpty();
    }

    @Test
    void keepsTheNameInTheHostHeaderThoughItConnectsToTheAddress() {
        client = resolving(LOOPBACK, "127.0.0.1");

        client.send(named(), EVENT).block(PATIENCE);

        assertThat(sink.got.get(0).headers().get("host")).isEqualTo("sink.example:" + sink.port());
        assertThat(sink.got.get(0).uri()).isEqualTo("/");
    }

    /** A name that answers with a good address first and with a bad one when it is asked again. */
    @Test
    void asksForANameOnceSoThatRebindingGainsNothing() {
        client = resolving(LOOPBACK, "127.0.0.1", "10.0.0.1");

        client.send(named(), EVENT).block(PATIENCE);

        assertThat(names.lookups()).isEqualTo(1);
        assertThat(sink.got).hasSize(1);
    }

    @Test
    void looksAtTheAddressOfEveryNewConnection() {
        client = resolving(AddressRules.PUBLIC, "127.0.0.1", "127.0.0.1");

        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> client.send(named(), EVENT).block(PATIENCE))
                    .isInstanceOf(SinkException.Forbidden.class)
                    .hasMessageContaining("sink.example");
        }

        assertThat(names.lookups()).isEqualTo(2);
        assertThat(sink.got).isEmpty();
    }

    @Test
    void leavesOutTheAddressesOfANameThatAreRefused() {
        client = resolving(LOOPBACK, "10.0.0.1 127.0.0.1");

        client.send(named(), EVENT).block(PATIENCE);

        assertThat(sink.got).hasSize(1);
    }

    @Test
    void saysThatANameThatNobodyKnowsIsUnreachable() {
        client = resolving(LOOPBACK, "");

        assertThatThrownBy(() -> client.send(named(), EVENT).block(PATIENCE))
                .isInstanceOf(SinkException.Unreachable.class)
                .hasRootCauseInstanceOf(UnknownHostException.class);
    }

    private URI named() {
        return URI.create("http://sink.example:" + sink.port());
    }

    private HttpEventClient resolving(AddressRules rules, String... answers) {
        names = new FakeNames(answers);
        return HttpEventClient.builder().addresses(rules).names(names).build();
    }
}
