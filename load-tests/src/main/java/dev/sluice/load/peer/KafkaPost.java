package dev.sluice.load.peer;

import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Properties;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServer;

/**
 * What one writes by hand to take CloudEvents over HTTP and put them into Kafka: Reactor Netty, a {@code
 * KafkaProducer}, one callback per request, 202 once the broker has acknowledged. It looks at no attribute and
 * validates nothing. This is the baseline of a figure: a change here changes what the figure means. Arguments:
 * bootstrap servers, topic, {@code linger.ms}.
 */
public final class KafkaPost {
    private static final String PREFIX = "ce-";

    private KafkaPost() {}

    /** Serves on a free port of the loopback interface, says {@code ready <url>} on stdout, and runs until killed. */
    public static void main(String... args) {
        var settings = new Properties();
        settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, args[0]);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.LINGER_MS_CONFIG, args[2]);
        var producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
        var server = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .handle((request, response) -> request.receive()
                        .aggregate()
                        .asByteArray()
                        .flatMap(body -> send(producer, record(args[1], request.requestHeaders(), body)))
                        .then(response.status(202).send()))
                .bindNow(Duration.ofSeconds(20));
        System.out.println("ready http://127.0.0.1:" + server.port());
        server.onDispose().block();
    }

    private static ProducerRecord<byte[], byte[]> record(String topic, HttpHeaders headers, byte[] body) {
        var record = new ProducerRecord<byte[], byte[]>(topic, body);
        for (var header : headers) {
            if (header.getKey().startsWith(PREFIX)) {
                var name = "ce_" + header.getKey().substring(PREFIX.length());
                record.headers().add(name, header.getValue().getBytes(StandardCharsets.UTF_8));
            } else if (header.getKey().equalsIgnoreCase("content-type")) {
                record.headers().add("content-type", header.getValue().getBytes(StandardCharsets.UTF_8));
            }
        }
        return record;
    }

    private static Mono<Void> send(Producer<byte[], byte[]> producer, ProducerRecord<byte[], byte[]> record) {
        return Mono.create(sink -> {
            // The callback gets what the future would tell.
            var unused = producer.send(record, (metadata, error) -> {
                if (error != null) {
                    sink.error(error);
                } else {
                    sink.success();
                }
            });
        });
    }
}
