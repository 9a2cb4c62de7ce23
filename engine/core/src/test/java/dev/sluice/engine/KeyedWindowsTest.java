package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.Nullable;

/** Windows of single keys against a model that looks at every event and every key, over random sequences. */
class KeyedWindowsTest {
    private static final int SIZE = 3;
    private static final int WITHIN = 20;
    private static final int OPEN_MAX = 3;
    private static final int EVENTS_MAX = 6;
    private static final long BYTES_MAX = 40;

    private static Pipeline pipeline;

    @BeforeContainer
    static void aPipelineForTheTasks() {
        var dispatcher =
                new TestDispatcher(Fixtures.function(Fixtures.blocking(text -> text), 1, Duration.ofSeconds(1)));
        pipeline = dispatcher.attach(Fixtures.retries(0));
    }

    /** One key's events in the order they came. */
    private static final class Key {
        final List<Task> events = new ArrayList<>();
        final Map<Task, Long> cameAt = new HashMap<>();
        /** When its window closes; null: none is open. */
        @Nullable
        Long due;

        /** When it was opened, among all. */
        int opening;

        /** Its window is closed and waits for a slot. */
        boolean closed;

        /** Since when its oldest event behind the running ones waits. */
        long behindSince;

        boolean runs() {
            return events.stream().anyMatch(task -> task.state == Task.State.IN_FLIGHT);
        }
    }

    private static final class Model {
        final OpenWindows windows = new OpenWindows(EVENTS_MAX, BYTES_MAX);
        final Lanes lanes;
        final Map<String, Key> keys = new HashMap<>();
        final Random random;

        final Map<String, Integer> lastRun = new HashMap<>();
        long now = 1_000;
        int added;
        int early;
        int openings;

        Model(long seed) {
            random = new Random(seed);
            windows.policy(new WindowPolicy(SIZE, Duration.ofNanos(WITHIN), "key", OPEN_MAX, false));
            lanes = new Lanes(true, windows, new Room(null));
        }

        void add() {
            now++;
            var name = "key" + random.nextInt(6);
            var task = new Task(
                    pipeline,
                    new FakeSource.Lent(Fixtures.event("e" + added), name, added % 3, added++, 1 + random.nextInt(9)));
            task.arrived();
            var key = keys.computeIfAbsent(name, any -> new Key());
            var behind = key.runs() || key.events.stream().anyMatch(each -> each.state != Task.State.QUEUED);
            if (!behind && !key.closed && key.due == null) {
                key.due = now + WITHIN;
                key.opening = openings++;
            }
            if (key.runs() && key.events.stream().noneMatch(each -> each.state == Task.State.QUEUED)) {
                key.behindSince = now;
            }
            key.events.add(task);
            if (key.due != null && key.events.size() >= SIZE) {
                close(key);
            }
            closeOverfull();
            assertThat(lanes.add(task, name, now)).as("runnable on arrival").isEqualTo(key.closed);
        }

        void closeOverfull() {
            while (open().size() > OPEN_MAX || openEvents() > EVENTS_MAX || openBytes() > BYTES_MAX) {
                close(open().stream()
                        .min(Comparator.<Key>comparingLong(key -> key.due).thenComparingInt(key -> key.opening))
                        .orElseThrow());
                early++;
            }
        }

        void close(Key key) {
            key.due = null;
            key.closed = true;
            key.behindSince = now;
        }

        List<Key> open() {
            return keys.values().stream().filter(key -> key.due != null).toList();
        }

        int openEvents() {
            return open().stream().mapToInt(key -> key.events.size()).sum();
        }

        long openBytes() {
            return open().stream()
                    .flatMap(key -> key.events.stream())
                    .mapToLong(task -> task.bytes)
                    .sum();
        }

        void passTime() {
            now += 1 + random.nextInt(WITHIN);
            open().stream().filter(key -> key.due <= now).toList().forEach(this::close);
            lanes.closeDue(now);
        }

        void take() {
            assertThat(lanes.ready.hasReady()).isEqualTo(keys.values().stream().anyMatch(key -> key.closed));
            if (!lanes.ready.hasReady()) {
                return;
            }
            var taken = new ArrayList<Task>();
            lanes.ready.takeBatch(SIZE, taken);
            var key = keys.get(taken.get(0).delivery.key());
            assertThat(key.closed).as("was closed").isTrue();
            var expected = key.events.stream()
                    .takeWhile(task -> task.state == Task.State.IN_FLIGHT)
                    .toList();
            assertThat(taken).as("the first of one key").isEqualTo(expected).hasSizeLessThanOrEqualTo(SIZE);
            assertThat(taken.size()).isEqualTo(Math.min(SIZE, key.events.size()));
            key.closed = false;
        }

        /** A whole window ends: done, or to be run again first. */
        void end() {
            var running = keys.values().stream().filter(Key::runs).toList();
            if (running.isEmpty()) {
                return;
            }
            var key = running.get(random.nextInt(running.size()));
            var flying = key.events.stream()
                    .filter(task -> task.state == Task.State.IN_FLIGHT)
                    .toList();
            switch (random.nextInt(4)) {
                case 0 -> waitTogether(key, flying);
                case 1 -> again(key, flying);
                default -> {
                    flying.forEach(task -> lanes.land(task, Task.State.DONE, now));
                    forgetGone();
                    reopen(key);
                }
            }
        }

        private void again(Key key, List<Task> flying) {
            for (var i = flying.size() - 1; i >= 0; i--) {
                lanes.land(flying.get(i), Task.State.QUEUED, now);
            }
            key.closed = true;
        }

        /** A failed window: it stays the first of its key, and is taken as it was. */
        private void waitTogether(Key key, List<Task> flying) {
            flying.forEach(task -> lanes.land(task, Task.State.WAITING, now));
            var wait = Task.Wait.of(List.copyOf(flying), now, now);
            wait.begin();
            check();
            assertThat(key.closed || key.due != null).isFalse();
            flying.forEach(task -> lanes.due(task, now));
            check(key);
            while (flying.get(0).state == Task.State.QUEUED) {
                var taken = new ArrayList<Task>();
                lanes.ready.takeBatch(SIZE, taken);
                var other = keys.get(taken.get(0).delivery.key());
                other.closed = false;
                if (other == key) {
                    assertThat(taken).as("as it was").isEqualTo(flying);
                }
            }
        }

        private void check(Key repeated) {
            repeated.closed = true;
            check();
        }

        private void reopen(Key key) {
            if (key.events.isEmpty()) {
                return;
            }
            if (key.events.size() >= SIZE) {
                key.closed = true;
            } else {
                key.due = key.behindSince + WITHIN;
                key.opening = openings++;
                closeOverfull();
            }
        }

        void giveBack() {
            var partition = random.nextInt(3);
            lanes.giveBack(task -> task.delivery.partition() == partition, now);
            for (var key : keys.values()) {
                var before = key.events.size();
                key.events.removeIf(Task::gone);
                if (before > 0 && key.events.isEmpty()) {
                    key.due = null;
                    key.closed = false;
                }
            }
        }

        void forgetGone() {
            keys.values().forEach(key -> key.events.removeIf(Task::gone));
        }

        void check() {
            var events =
                    keys.values().stream().flatMap(key -> key.events.stream()).toList();
            var runnable = keys.values().stream()
                    .filter(key -> key.closed)
                    .mapToInt(key -> key.events.size())
                    .sum();
            var flying = events.stream()
                    .filter(task -> task.state == Task.State.IN_FLIGHT)
                    .count();
            assertThat(lanes.sums.open()).as("open").isEqualTo(events.size());
            assertThat(lanes.sums.runnable()).as("runnable").isEqualTo(runnable);
            assertThat((long) lanes.sums.inFlight()).as("in flight").isEqualTo(flying);
            assertThat(windows.open())
                    .as("open windows")
                    .isEqualTo(open().size())
                    .isLessThanOrEqualTo(OPEN_MAX);
            assertThat(windows.events())
                    .as("their events")
                    .isEqualTo(openEvents())
                    .isLessThanOrEqualTo(EVENTS_MAX);
            assertThat(windows.bytes()).as("their bytes").isEqualTo(openBytes()).isLessThanOrEqualTo(BYTES_MAX);
            assertThat(windows.closedEarly()).as("closed early").isEqualTo(early);
            var first = open().stream().mapToLong(key -> key.due).min();
            assertThat(windows.isEmpty()).isEqualTo(first.isEmpty());
            first.ifPresent(due -> assertThat(windows.firstDue()).as("next due").isEqualTo(due));
        }

        void step() {
            switch (random.nextInt(12)) {
                case 0, 1, 2, 3, 4 -> add();
                case 5, 6 -> passTime();
                case 7, 8 -> take();
                case 9, 10 -> end();
                default -> {
                    if (random.nextInt(4) == 0) {
                        giveBack();
                    }
                }
            }
            check();
        }

        void finish() {
            for (var i = 0; i < 500 && lanes.sums.open() > 0; i++) {
                passTime();
                check();
                take();
                for (var key : keys.values()) {
                    if (key.runs()) {
                        key.events.stream()
                                .filter(task -> task.state == Task.State.IN_FLIGHT)
                                .toList()
                                .forEach(task -> lanes.land(task, Task.State.DONE, now));
                        key.events.removeIf(Task::gone);
                        reopen(key);
                    }
                }
                check();
            }
            assertThat(lanes.sums.open()).as("stuck").isZero();
        }
    }

    @Example
    void countsEachEventOnceWhenOneOfTheLanesGivenBackFromClosesTheWindowOfAnother() {
        var windows = new OpenWindows(EVENTS_MAX, BYTES_MAX);
        windows.policy(new WindowPolicy(SIZE, Duration.ofNanos(WITHIN), "key", OPEN_MAX, false));
        var lanes = new Lanes(true, windows, new Room(null));
        lanes.add(task("goes", 0), "older", 1);
        lanes.add(task("stays", 1), "older", 1);
        var fails = List.of(task("f1", 0), task("f2", 0), task("f3", 0));
        fails.forEach(task -> lanes.add(task, "failed", 2));
        lanes.ready.takeBatch(SIZE, new ArrayList<>());
        lanes.add(task("young", 1), "young", 3);
        lanes.add(task("younger", 1), "younger", 3);
        lanes.add(task("behind", 1), "failed", 4);
        fails.forEach(task -> lanes.land(task, Task.State.WAITING, 5));
        assertThat(windows.open()).isEqualTo(OPEN_MAX);

        lanes.giveBack(task -> task.delivery.partition() == 0, 6);
        assertThat(lanes.sums.runnable())
                .as("the oldest window's, closed early")
                .isEqualTo(1);
        assertThat(windows.open()).isEqualTo(OPEN_MAX);
        assertThat(windows.events()).isEqualTo(3);
        assertThat(windows.bytes()).isEqualTo(3);

        lanes.giveBack(task -> true, 7);
        assertThat(lanes.sums.runnable()).isZero();
        assertThat(windows.events()).isZero();
    }

    private static Task task(String id, int partition) {
        var task = new Task(pipeline, new FakeSource.Lent(Fixtures.event(id), id, partition, 0, 1));
        task.arrived();
        return task;
    }

    @Property(tries = 300, shrinking = ShrinkingMode.OFF)
    void opensClosesAndRunsWindowsAsTheModelDoes(@ForAll long seed) {
        var model = new Model(seed);
        for (var i = 0; i < 80; i++) {
            model.step();
        }
        model.finish();
    }
}
