package dev.sluice.load;

import dev.sluice.cloudevents.JsonEventFormat;
import dev.sluice.cloudevents.http.HttpEvents;
import dev.sluice.cloudevents.kafka.KafkaRecords;
import io.cloudevents.CloudEvent;
import io.cloudevents.http.HttpMessageFactory;
import io.cloudevents.jackson.JsonFormat;
import io.cloudevents.kafka.KafkaMessageFactory;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;

/**
 * Ways to make an event of what came over the wire, ours and the CloudEvents SDK's, and what a reader then asks of it.
 */
final class Decoders {
    private final HttpEvents http = new HttpEvents();
    private final KafkaRecords kafka = new KafkaRecords();
    private final JsonEventFormat json = new JsonEventFormat();
    private final JsonFormat sdkJson = new JsonFormat();
    private final HttpHeaders headers = SampleEvent.headers();
    private final FetchedHeaders fetched = new FetchedHeaders();
    private final byte[] data = SampleEvent.dataBytes();
    private final byte[] structured = SampleEvent.structured().getBytes(StandardCharsets.UTF_8);

    CloudEvent binary() {
        return http.readBinary(headers, data);
    }

    CloudEvent sdkBinary() {
        return HttpMessageFactory.createReader(
                        each -> headers.forEach(header -> each.accept(header.getKey(), header.getValue())), data)
                .toEvent();
    }

    CloudEvent kafka() {
        return kafka.decode("load", 0, 0, 0, null, fetched.next(), data);
    }

    CloudEvent sdkKafka() {
        return KafkaMessageFactory.createReader(fetched.next(), data).toEvent();
    }

    CloudEvent structured() {
        return json.read(structured, 0, structured.length);
    }

    CloudEvent sdkStructured() {
        return sdkJson.deserialize(structured);
    }

    /** Calls every getter, and takes the data as bytes; the sum keeps the calls from being optimised away. */
    static int readAll(CloudEvent event) {
        var time = event.getTime();
        var schema = event.getDataSchema();
        var content = event.getData();
        var sum = event.getSpecVersion().hashCode()
                + event.getId().hashCode()
                + event.getSource().hashCode()
                + event.getType().hashCode()
                + (event.getSubject() + event.getDataContentType()).length()
                + (time == null ? 0 : time.getNano())
                + (schema == null ? 0 : schema.hashCode())
                + (content == null ? 0 : content.toBytes().length);
        for (var name : event.getExtensionNames()) {
            var value = event.getExtension(name);
            sum += value == null ? 0 : value.hashCode();
        }
        return sum;
    }
}
