package dev.sluice.load.peer.stream;

import dev.sluice.load.dial.Dial;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.Environment;
import org.springframework.messaging.Message;

/**
 * Spring Cloud Stream's Kafka binder in front of a function that counts, record by record or in the batches of a poll,
 * or of one that sleeps on its thread first. Arguments: {@code record}, {@code batch} or {@code slow}, bootstrap
 * servers, topic, group prefix, {@code max.poll.records}, concurrency, milliseconds, then a dial per round. Each round
 * is an application context of its own, which reads as a new group from the start while its dial's gate is open.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class StreamConsumer {
    private static final long LOOK_MILLIS = 10;

    /** Says {@code ready} on stdout, runs its rounds one after another, and ends with the last. */
    public static void main(String... args) throws InterruptedException {
        // What has begun threads of its own would live on without its main one.
        Thread.setDefaultUncaughtExceptionHandler((thread, why) -> {
            why.printStackTrace();
            System.exit(1);
        });
        System.out.println("ready");
        for (var round = 7; round < args.length; round++) {
            var dial = Dial.watch(Path.of(args[round]));
            if (dial.awaitOpen()) {
                read(settings(args, round), dial);
            }
        }
        System.exit(0);
    }

    private static Map<String, Object> settings(String[] args, int round) {
        var binding = "spring.cloud.stream.bindings." + args[0] + "-in-0.";
        var settings = new HashMap<String, Object>();
        settings.put("spring.main.banner-mode", "off");
        settings.put("logging.level.root", "error");
        settings.put("spring.cloud.function.definition", args[0]);
        settings.put("spring.cloud.stream.kafka.binder.brokers", args[1]);
        settings.put("spring.cloud.stream.kafka.binder.auto-create-topics", "false");
        settings.put("spring.cloud.stream.kafka.binder.consumer-properties.max.poll.records", args[4]);
        settings.put(binding + "destination", args[2]);
        settings.put(binding + "group", args[3] + "-" + round);
        settings.put(binding + "consumer.concurrency", args[5]);
        settings.put(binding + "consumer.batch-mode", args[0].equals("batch"));
        settings.put(binding + "consumer.use-native-decoding", "true");
        settings.put("millis", args[6]);
        return settings;
    }

    private static void read(Map<String, Object> settings, Dial dial) throws InterruptedException {
        try (var context = new SpringApplicationBuilder(StreamConsumer.class)
                .properties(settings)
                .initializers((GenericApplicationContext empty) -> empty.registerBean(Dial.class, () -> dial))
                .run()) {
            while (!dial.isShut()) {
                Thread.sleep(LOOK_MILLIS);
            }
        }
    }

    /** Counts an event. */
    @Bean
    public Consumer<Message<byte[]>> record(Dial dial) {
        return event -> dial.add(1);
    }

    /** Counts the events of a poll. */
    @Bean
    public Consumer<Message<List<byte[]>>> batch(Dial dial) {
        return events -> dial.add(events.getPayload().size());
    }

    /** Sleeps, then counts an event. */
    @Bean
    public Consumer<Message<byte[]>> slow(Dial dial, Environment environment) {
        var millis = Long.parseLong(environment.getRequiredProperty("millis"));
        return event -> {
            var since = System.nanoTime();
            sleep(millis);
            dial.took(System.nanoTime() - since);
            dial.add(1);
        };
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("the round has ended", e);
        }
    }
}
