package dev.sluice.samples.orders;

import static org.assertj.core.api.Assertions.assertThat;

import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import java.net.URI;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AuditTest {
    private final Audit audit = new Audit();

    @Test
    void knowsARepeatBySourceAndId() {
        audit.accept(List.of(invoice("/price", "1"), invoice("/price", "2")));
        audit.accept(List.of(invoice("/price", "1"), invoice("/elsewhere", "1")));

        assertThat(audit.remembered()).isEqualTo(3);
    }

    @Test
    void forgetsTheOldestBeyondTenThousand() {
        audit.accept(IntStream.range(0, 10_050)
                .mapToObj(i -> invoice("/price", Integer.toString(i)))
                .toList());

        assertThat(audit.remembered()).isEqualTo(10_000);
    }

    private static CloudEvent invoice(String source, String id) {
        return CloudEventBuilder.v1()
                .withId(id)
                .withSource(URI.create(source))
                .withType("com.acme.invoice.created")
                .build();
    }
}
