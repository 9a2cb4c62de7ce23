package dev.sluice.broker.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.Start;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;

class GroupResetTest {
    /** Sees to it that a record is stored between two look-ups of offsets. */
    private static Admin storingBetweenLookUps(SourceFixture fixture) {
        var lookUps = new AtomicInteger();
        return (Admin) Proxy.newProxyInstance(
                Admin.class.getClassLoader(), new Class<?>[] {Admin.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("listOffsets") && lookUps.getAndIncrement() == 1) {
                        fixture.send(0, "late-1");
                    }
                    try {
                        return method.invoke(fixture.admin, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Test
    void stepsOverNothingThatIsStoredWhileATimeIsLookedUp() {
        var options = KafkaBrokerOptions.builder("kafka", "localhost:1").build();
        var errors = new KafkaErrors(options);
        var control = Executors.newSingleThreadScheduledExecutor();
        try (var fixture = new SourceFixture(1)) {
            fixture.send(0, "early-1");
            var admin = new KafkaAdmin(options, errors, control, () -> storingBetweenLookUps(fixture));
            var reset = new GroupReset(admin, errors, (topic, group) -> List.of());

            var later = Instant.now().plusSeconds(60);
            reset.of(fixture.topic, fixture.group("g"), Set.of(0), Start.at(later))
                    .block(SourceFixture.PATIENCE);

            assertThat(fixture.committed("g", 0)).isEqualTo(1);
        } finally {
            control.shutdownNow();
        }
    }
}
