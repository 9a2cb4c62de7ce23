package dev.sluice.load.peer.smallrye;

import dev.sluice.load.dial.Dial;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jboss.weld.environment.se.Weld;

/**
 * SmallRye Reactive Messaging's Kafka connector, in a CDI container of Weld's alone, in front of a method that counts,
 * record by record or in the batches of a poll. Arguments: {@code record} or {@code batch}, bootstrap servers, topic,
 * group prefix, {@code max.poll.records}, then a dial per round. Each round is a container of its own, which reads as a
 * new group from the start while its dial's gate is open.
 */
public final class MessagingConsumer {
    private static final long LOOK_MILLIS = 10;

    private MessagingConsumer() {}

    /** Says {@code ready} on stdout, runs its rounds one after another, and ends with the last. */
    public static void main(String... args) throws InterruptedException {
        // What has begun threads of its own would live on without its main one.
        Thread.setDefaultUncaughtExceptionHandler((thread, why) -> {
            why.printStackTrace();
            System.exit(1);
        });
        System.out.println("ready");
        for (var round = 5; round < args.length; round++) {
            var dial = Dial.watch(Path.of(args[round]));
            if (dial.awaitOpen()) {
                settings(args, round).forEach(System::setProperty);
                read(args[0].equals("batch") ? BatchReceiver.class : RecordReceiver.class, dial);
            }
        }
        System.exit(0);
    }

    /** What MicroProfile Config is to find. */
    private static Map<String, String> settings(String[] args, int round) {
        var channel = "mp.messaging.incoming.events.";
        var settings = new TreeMap<String, String>();
        settings.put("dial", args[round]);
        settings.put(channel + "connector", "smallrye-kafka");
        settings.put(channel + "bootstrap.servers", args[1]);
        settings.put(channel + "topic", args[2]);
        settings.put(channel + "group.id", args[3] + "-" + round);
        settings.put(channel + "max.poll.records", args[4]);
        settings.put(channel + "auto.offset.reset", "earliest");
        settings.put(channel + "key.deserializer", ByteArrayDeserializer.class.getName());
        settings.put(channel + "value.deserializer", ByteArrayDeserializer.class.getName());
        settings.put(channel + "commit-strategy", "throttled");
        settings.put(channel + "tracing-enabled", "false");
        settings.put(channel + "batch", Boolean.toString(args[0].equals("batch")));
        return settings;
    }

    private static void read(Class<?> receiver, Dial dial) throws InterruptedException {
        try (var container = new Weld().addBeanClass(receiver).initialize()) {
            while (!dial.isShut()) {
                Thread.sleep(LOOK_MILLIS);
            }
        }
    }
}
