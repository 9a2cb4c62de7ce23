package dev.sluice.load.peer;

import dev.sluice.load.dial.Dial;
import dev.sluice.load.dial.FixedDelay;
import io.confluent.parallelconsumer.PCRetriableException;
import io.confluent.parallelconsumer.ParallelConsumerOptions;
import io.confluent.parallelconsumer.ParallelConsumerOptions.CommitMode;
import io.confluent.parallelconsumer.ParallelConsumerOptions.ProcessingOrder;
import io.confluent.parallelconsumer.ParallelStreamProcessor;
import io.confluent.parallelconsumer.PollContext;
import io.confluent.parallelconsumer.internal.DrainingCloseable;
import io.confluent.parallelconsumer.reactor.ReactorProcessor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Confluent's Parallel Consumer in key order, with handlers that wait a fixed time: its core sleeps on pool threads,
 * its Reactor variant waits for a Mono. Keys are strings, since it tells keys apart by {@code equals}. Arguments:
 * {@code core} or {@code reactor}, bootstrap servers, topic, group prefix, {@code max.poll.records}, concurrency,
 * milliseconds, then a dial per round; each round reads as a new group from the start, while its dial's gate is open.
 */
public final class ParallelConsumer {
    private final boolean reactor;
    private final int concurrency;
    private final long millis;
    private final FixedDelay delay;

    private ParallelConsumer(boolean reactor, int concurrency, long millis) {
        this.reactor = reactor;
        this.concurrency = concurrency;
        this.millis = millis;
        delay = new FixedDelay(Duration.ofMillis(millis));
    }

    /** Says {@code ready} on stdout, runs its rounds one after another, and ends with the last. */
    public static void main(String... args) throws InterruptedException {
        var rounds =
                new ParallelConsumer(args[0].equals("reactor"), Integer.parseInt(args[5]), Long.parseLong(args[6]));
        System.out.println("ready");
        for (var round = 7; round < args.length; round++) {
            var dial = Dial.watch(Path.of(args[round]));
            var settings = new Properties();
            settings.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, args[1]);
            settings.put(ConsumerConfig.GROUP_ID_CONFIG, args[3] + "-" + round);
            settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
            settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
            settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, args[4]);
            if (dial.awaitOpen()) {
                rounds.read(settings, args[2], dial);
            }
        }
        System.exit(0);
    }

    private void read(Properties settings, String topic, Dial dial) throws InterruptedException {
        var options = ParallelConsumerOptions.<String, byte[]>builder()
                .consumer(new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer()))
                .ordering(ProcessingOrder.KEY)
                .commitMode(CommitMode.PERIODIC_CONSUMER_ASYNCHRONOUS)
                .maxConcurrency(concurrency)
                .build();
        var running = reactor ? reactor(options, topic, dial) : core(options, topic, dial);
        while (!dial.isShut()) {
            Thread.sleep(10);
        }
        running.closeDontDrainFirst();
    }

    private DrainingCloseable core(ParallelConsumerOptions<String, byte[]> options, String topic, Dial dial) {
        var processor = ParallelStreamProcessor.createEosStreamProcessor(options);
        processor.subscribe(List.of(topic));
        processor.poll(context -> {
            var since = System.nanoTime();
            try {
                Thread.sleep(millis);
            } catch (InterruptedException e) {
                throw new PCRetriableException("the round has ended", e);
            }
            done(context, System.nanoTime() - since, dial);
        });
        return processor;
    }

    private DrainingCloseable reactor(ParallelConsumerOptions<String, byte[]> options, String topic, Dial dial) {
        var processor = new ReactorProcessor<>(options);
        processor.subscribe(List.of(topic));
        // It takes an event for done when the publisher brings an item: an empty one would never be.
        processor.react(context -> delay.await().doOnNext(nanos -> done(context, nanos, dial)));
        return processor;
    }

    private static void done(PollContext<String, byte[]> context, long nanos, Dial dial) {
        dial.took(nanos);
        dial.add(1);
        var planned = context.getSingleConsumerRecord().headers().lastHeader("ce_planned");
        if (planned != null) {
            var due = Long.parseLong(new String(planned.value(), StandardCharsets.US_ASCII));
            dial.latency(System.nanoTime() - due);
        }
    }
}
