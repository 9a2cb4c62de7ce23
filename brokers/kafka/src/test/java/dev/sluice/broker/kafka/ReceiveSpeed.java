package dev.sluice.broker.kafka;

import dev.sluice.broker.Delivery;
import dev.sluice.broker.Start;
import dev.sluice.broker.Subscription;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import reactor.core.publisher.BaseSubscriber;

/**
 * Records a second through a source whose subscriber accepts at once, beside a bare consumer that only counts; in turn,
 * with medians, by the clock and by the time that the polling thread had of a CPU, which is what other work on the
 * machine changes least. No test: run it with the number of records and of rounds.
 */
final class ReceiveSpeed {
    private static final int PARTITIONS = 12;
    private static final int VALUE_BYTES = 1_000;

    private ReceiveSpeed() {}

    public static void main(String[] arguments) throws Exception {
        var records = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000_000;
        var rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 5;
        try (var fixture = new SourceFixture(PARTITIONS)) {
            fill(fixture, records);
            var bare = new Figures(rounds);
            var source = new Figures(rounds);
            for (var round = 0; round < rounds; round++) {
                bare.add(bare(fixture, records, round));
                source.add(source(fixture, records, round));
                System.out.printf("round %d: bare %s, source %s%n", round, bare.last(), source.last());
            }
            System.out.printf("medians: bare %s, source %s%n", bare.medians(), source.medians());
        }
        System.exit(0);
    }

    /** What a run took, in nanoseconds per record. */
    private record Run(double clock, double cpu) {
        static Run of(int records, long clockNanos, long cpuNanos) {
            return new Run((double) clockNanos / records, (double) cpuNanos / records);
        }

        @Override
        public String toString() {
            return "%,.0f/s (%,.0f/s of a whole CPU)".formatted(1e9 / clock, 1e9 / cpu);
        }
    }

    private static final class Figures {
        private final List<Run> runs;

        private Figures(int rounds) {
            runs = new ArrayList<>(rounds);
        }

        void add(Run run) {
            runs.add(run);
        }

        Run last() {
            return runs.get(runs.size() - 1);
        }

        Run medians() {
            return new Run(
                    runs.stream().mapToDouble(Run::clock).sorted().toArray()[runs.size() / 2],
                    runs.stream().mapToDouble(Run::cpu).sorted().toArray()[runs.size() / 2]);
        }
    }

    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static void fill(SourceFixture fixture, int records) {
        var config =
                Map.<String, Object>of("bootstrap.servers", fixture.servers, "linger.ms", "20", "batch.size", "131072");
        var value = new byte[VALUE_BYTES];
        try (var producer = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (var i = 0; i < records; i++) {
                producer.send(new ProducerRecord<>(
                        fixture.topic, i / 1_000 % PARTITIONS, ("key" + i % 1_000).getBytes(), value));
            }
        }
    }

    private static Run bare(SourceFixture fixture, int records, int round) {
        var config = new HashMap<String, Object>(Map.of(
                "bootstrap.servers",
                fixture.servers,
                "group.id",
                "bare" + round,
                "auto.offset.reset",
                "earliest",
                "isolation.level",
                "read_committed"));
        try (var consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(fixture.topic));
            var count = 0;
            var begun = 0L;
            var cpu = 0L;
            while (count < records) {
                var polled = consumer.poll(Duration.ofSeconds(1));
                if (count == 0 && polled.count() > 0) {
                    begun = System.nanoTime();
                    cpu = cpuNanos();
                }
                for (var record : polled) {
                    count += record.value() == null ? 0 : 1;
                }
            }
            return Run.of(records, System.nanoTime() - begun, cpuNanos() - cpu);
        }
    }

    private static Run source(SourceFixture fixture, int records, int round) throws InterruptedException {
        var source = fixture.source(new Subscription(fixture.topic, "source" + round, Start.EARLIEST));
        var done = new CountDownLatch(1);
        var begun = new AtomicLong();
        var cpu = new AtomicLong();
        var subscriber = new BaseSubscriber<Delivery>() {
            private int count;

            @Override
            protected void hookOnNext(Delivery delivery) {
                if (count++ == 0) {
                    begun.set(System.nanoTime());
                    cpu.set(cpuNanos());
                }
                delivery.accept().subscribe();
                if (count == records) {
                    cpu.set(cpuNanos() - cpu.get());
                    done.countDown();
                }
            }
        };
        source.receive().subscribe(subscriber);
        if (!done.await(2, TimeUnit.MINUTES)) {
            throw new IllegalStateException("not all came; " + source.troubles() + source.lag());
        }
        var nanos = System.nanoTime() - begun.get();
        subscriber.cancel();
        SourceFixture.eventually(() -> {
            if (!source.isFree()) {
                throw new AssertionError("not left");
            }
        });
        return Run.of(records, nanos, cpu.get());
    }
}
