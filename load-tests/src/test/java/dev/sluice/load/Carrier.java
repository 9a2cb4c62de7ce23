package dev.sluice.load;

import dev.sluice.cloudevents.WireEvent;
import dev.sluice.cloudevents.http.HttpEvents;
import dev.sluice.cloudevents.http.Mode;
import dev.sluice.cloudevents.kafka.ContentMode;
import dev.sluice.cloudevents.kafka.KafkaRecords;
import io.cloudevents.CloudEvent;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;

/**
 * The ways that an event is carried: written as its binding says, and read as a stranger would who sees the result
 * alone.
 */
enum Carrier {
    HTTP_BINARY {
        @Override
        CloudEvent carry(CloudEvent event) {
            HttpHeaders headers = new DefaultHttpHeaders();
            return read(headers, HTTP.writeBinary(event, headers));
        }
    },
    HTTP_STRUCTURED {
        @Override
        CloudEvent carry(CloudEvent event) {
            HttpHeaders headers = new DefaultHttpHeaders();
            return read(headers, HTTP.writeStructured(event, headers));
        }
    },
    HTTP_BATCH {
        @Override
        CloudEvent carry(CloudEvent event) {
            HttpHeaders headers = new DefaultHttpHeaders();
            return read(headers, HTTP.writeBatch(List.of(NEIGHBOUR, event, NEIGHBOUR), headers));
        }
    },
    KAFKA_BINARY {
        @Override
        CloudEvent carry(CloudEvent event) {
            return KAFKA.carry(event);
        }
    },
    KAFKA_STRUCTURED {
        @Override
        CloudEvent carry(CloudEvent event) {
            return KAFKA_JSON.carry(event);
        }
    };

    private static final HttpEvents HTTP = new HttpEvents();
    private static final Records KAFKA = new Records(new KafkaRecords());
    private static final Records KAFKA_JSON = new Records(new KafkaRecords().withMode(ContentMode.STRUCTURED));
    private static final WireEvent NEIGHBOUR =
            WireEvent.builder().id("n").source("/n").type("n").build();

    /** What the other side reads. */
    abstract CloudEvent carry(CloudEvent event);

    private static CloudEvent read(HttpHeaders headers, byte[] body) {
        Mode mode = HttpEvents.mode(headers);
        return switch (mode) {
            case BINARY -> HTTP.readBinary(headers, body);
            case STRUCTURED -> HTTP.readStructured(body);
            case BATCH -> HTTP.readBatch(body).get(1);
            case PLAIN -> throw new IllegalStateException("nothing says that this is an event: " + headers);
        };
    }

    private record Records(KafkaRecords codec) {
        CloudEvent carry(CloudEvent event) {
            var written = codec.encode("t", event, null);
            return codec.decode("t", 0, 0, 0, written.key(), written.headers(), written.value());
        }
    }
}
