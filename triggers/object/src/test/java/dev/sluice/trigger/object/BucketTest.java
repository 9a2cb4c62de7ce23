package dev.sluice.trigger.object;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.cloudevents.CloudEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;

class BucketTest {
    private static final ObjectSpec SPEC =
            new ObjectSpec("up", "up.events", Duration.ofMillis(100), Duration.ZERO, Duration.ofDays(1), 1_000_000);
    private static final BucketSpec BUCKET =
            new BucketSpec("photos", "", List.of(), List.of("*.tmp"), null, "eu-central-1", null);

    private final FakeControl control = new FakeControl();
    private final FakeBucket bucket = new FakeBucket();
    private final Scheduler threads = ObjectReading.threads();
    private final AtomicReference<Throwable> failed = new AtomicReference<>();
    private Disposable running = () -> {};
    private ObjectReading reading = reading();

    private ObjectReading reading() {
        return ObjectReading.of(
                SPEC, BUCKET, "s3://photos/", () -> 1 << 20, false, threads, new SimpleMeterRegistry(), () -> bucket);
    }

    private void start() {
        running = reading.run(control).subscribe(nothing -> {}, failed::set);
    }

    @AfterEach
    void stop() {
        running.dispose();
        threads.dispose();
        assertThat(failed.get()).isNull();
    }

    private void awaitEvents(int count) {
        await().atMost(20, SECONDS).until(() -> control.events().size() == count);
    }

    @Test
    void tellsEachVersionOfAnObjectOnce() {
        bucket.put("2026/a b.jpg", "e1");
        bucket.put("folder/", "");
        bucket.put("x.tmp", "e1");
        start();
        awaitEvents(1);
        bucket.put("2026/a b.jpg", "e2");
        awaitEvents(2);

        assertThat(control.events())
                .extracting(CloudEvent::getType)
                .containsExactly("dev.sluice.object.created", "dev.sluice.object.changed");
        var event = control.events().get(0);
        assertThat(event.getSubject()).isEqualTo("2026/a b.jpg");
        assertThat(event.getExtension("dataref")).isEqualTo("s3://photos/2026/a%20b.jpg");
        assertThat(new String(Objects.requireNonNull(event.getData()).toBytes(), StandardCharsets.UTF_8))
                .contains("\"contentType\":\"image/jpeg\"", "\"etag\":\"e1\"");
    }

    @Test
    void goesOnAfterACrashBehindTheLastKeyThatWasStored() {
        for (var i = 0; i < 2_500; i++) {
            bucket.put("k%05d".formatted(i), "e");
        }
        bucket.failAfterPages = 2;
        start();
        await().atMost(20, SECONDS).until(() -> !reading.status().detail().isEmpty());
        assertThat(reading.status().detail()).isEqualTo("bucket 'photos' is not there");
        running.dispose();
        bucket.failAfterPages = -1;
        bucket.asked.clear();
        reading = reading();
        start();
        awaitEvents(2_500);

        assertThat(bucket.asked.get(0)).isEqualTo("null after k01999");
        assertThat(new HashSet<>(
                                control.events().stream().map(CloudEvent::getId).toList())
                        .size())
                .isEqualTo(2_500);
        // The pass after that is a whole one again.
        await().atMost(20, SECONDS).until(() -> bucket.asked.contains("null after null"));
        assertThat(control.events().size()).isEqualTo(2_500);
        await().atMost(20, SECONDS).until(() -> !control.states().containsKey("marker"));
    }

    /** A bucket in memory. */
    private static final class FakeBucket implements BucketClient {
        private final Map<String, Listed> objects = new ConcurrentSkipListMap<>();
        private final List<String> asked = new CopyOnWriteArrayList<>();
        private volatile int failAfterPages = -1;

        void put(String key, String etag) {
            objects.put(key, new Listed(key, 5, 1_000_000_000L, etag));
        }

        @Override
        public Page list(@Nullable String token, @Nullable String after) throws IOException {
            if (failAfterPages >= 0 && asked.size() >= failAfterPages) {
                throw new IOException("bucket 'photos' is not there");
            }
            asked.add(token + " after " + after);
            var from = token != null ? token : after == null ? "" : after;
            var page = new ArrayList<Listed>();
            for (var object : objects.values()) {
                if (object.key().compareTo(from) > 0 && page.size() < 1_000) {
                    page.add(object);
                }
            }
            return new Page(page, page.size() == 1_000 ? page.get(999).key() : null);
        }

        @Override
        public void close() {}
    }
}
