package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Lanes against a model that looks at every event, over random sequences of what a pipeline does with them. */
class LanesTest {
    private static Pipeline pipeline;

    @BeforeContainer
    static void aPipelineForTheTasks() {
        var dispatcher =
                new TestDispatcher(Fixtures.function(Fixtures.blocking(text -> text), 1, Duration.ofSeconds(1)));
        pipeline = dispatcher.attach(Fixtures.retries(0));
    }

    /** All open events, by the key of their lane and in the order they came. */
    private static final class Model {
        final Lanes lanes;
        final boolean batches;
        final Map<Object, List<Task>> open = new HashMap<>();
        final Random random;
        int added;

        Model(boolean batches, long seed) {
            this.batches = batches;
            lanes = new Lanes(batches, null, new Room(null));
            random = new Random(seed);
        }

        List<Task> all(Task.State state) {
            return open.values().stream()
                    .flatMap(List::stream)
                    .filter(task -> task.state == state)
                    .toList();
        }

        boolean ready(List<Task> lane) {
            return !lane.isEmpty()
                    && lane.get(0).state == Task.State.QUEUED
                    && lane.stream().noneMatch(task -> task.state == Task.State.IN_FLIGHT);
        }

        void add() {
            var number = random.nextInt(5);
            var id = "e" + added++;
            var key = number == 0 ? null : "key" + number;
            var task = new Task(
                    pipeline,
                    new FakeSource.Lent(Fixtures.event(id), key, random.nextInt(3), added, 1 + random.nextInt(9)));
            task.arrived();
            var lane = open.computeIfAbsent(key == null ? id : key, any -> new ArrayList<>());
            var first = lane.isEmpty();
            lane.add(task);
            var runnable = lanes.add(task, key, added);
            assertThat(runnable).as("runnable on arrival").isEqualTo(first || batches && ready(lane));
        }

        void take() {
            assertThat(lanes.ready.hasReady()).isEqualTo(open.values().stream().anyMatch(this::ready));
            if (!lanes.ready.hasReady()) {
                return;
            }
            var taken = new ArrayList<Task>();
            var before = all(Task.State.QUEUED);
            if (batches) {
                lanes.ready.takeBatch(1 + random.nextInt(6), taken);
            } else {
                taken.add(lanes.ready.take());
            }
            assertThat(taken).isNotEmpty().doesNotHaveDuplicates();
            for (var lane : open.values()) {
                var ofLane = taken.stream().filter(lane::contains).toList();
                assertThat(ofLane).as("the first of their key, in order").isEqualTo(lane.subList(0, ofLane.size()));
                assertThat(before).containsAll(ofLane);
            }
        }

        void land() {
            var flying = all(Task.State.IN_FLIGHT);
            if (flying.isEmpty()) {
                return;
            }
            var task = flying.get(random.nextInt(flying.size()));
            var state =
                    switch (random.nextInt(6)) {
                        case 0 -> Task.State.WAITING;
                        case 1 -> Task.State.PARKED;
                        case 2 -> Task.State.QUEUED;
                        case 3 -> Task.State.RELEASED;
                        default -> Task.State.DONE;
                    };
            lanes.land(task, state, added);
            forgetGone();
        }

        void due() {
            var waiting = all(Task.State.WAITING);
            if (!waiting.isEmpty()) {
                lanes.due(waiting.get(random.nextInt(waiting.size())), added);
            }
        }

        void fly() {
            var parked = all(Task.State.PARKED);
            if (!parked.isEmpty()) {
                lanes.fly(parked.get(random.nextInt(parked.size())));
            }
        }

        void giveBack() {
            var partition = random.nextInt(3);
            var expected = open.values().stream()
                    .flatMap(List::stream)
                    .filter(task -> task.delivery.partition() == partition && task.state.grounded())
                    .toList();
            var given = lanes.giveBack(task -> task.delivery.partition() == partition, added);
            assertThat(given).containsExactlyInAnyOrderElementsOf(expected);
            assertThat(given).allSatisfy(task -> assertThat(task.gone()).isTrue());
            forgetGone();
        }

        void forgetGone() {
            open.values().forEach(lane -> lane.removeIf(Task::gone));
            open.values().removeIf(List::isEmpty);
        }

        void check() {
            var events = open.values().stream().flatMap(List::stream).toList();
            var flying = all(Task.State.IN_FLIGHT);
            var runnable = open.values().stream()
                    .filter(this::ready)
                    .flatMap(lane -> batches ? lane.stream() : lane.stream().limit(1))
                    .toList();
            assertThat(lanes.sums.open()).as("open").isEqualTo(events.size());
            assertThat(lanes.sums.openBytes()).as("open bytes").isEqualTo(bytes(events));
            assertThat(lanes.sums.inFlight()).as("in flight").isEqualTo(flying.size());
            assertThat(lanes.sums.runnable()).as("runnable").isEqualTo(runnable.size());
            assertThat(lanes.sums.blocked()).as("blocked").isEqualTo(events.size() - flying.size() - runnable.size());
            assertThat(lanes.sums.blockedBytes())
                    .as("blocked bytes")
                    .isEqualTo(bytes(events) - bytes(flying) - bytes(runnable));
            assertThat(lanes.sums.waiting())
                    .as("waiting")
                    .isEqualTo(all(Task.State.WAITING).size());
            assertThat(lanes.sums.parked())
                    .as("parked")
                    .isEqualTo(all(Task.State.PARKED).size());
            if (!batches) {
                // The first of a lane runs, is ready or waits for its time: each other one waits for it.
                assertThat(lanes.sums.behindKeys()).as("behind keys").isEqualTo(events.size() - open.size());
            }
            assertThat(lanes.sums.behindKeys())
                    .as("behind keys")
                    .isBetween(0, Math.max(0, events.size() - open.size()));
            assertThat(lanes.keys()).as("keys").isEqualTo((int) open.keySet().stream()
                    .filter(key -> key.toString().startsWith("key"))
                    .count());
            for (var partition = 0; partition < 3; partition++) {
                var number = partition;
                assertThat(lanes.open.holds(partition))
                        .isEqualTo(events.stream().anyMatch(task -> task.delivery.partition() == number));
            }
            assertThat(lanes.flying(task -> true)).containsExactlyInAnyOrderElementsOf(flying);
        }

        static long bytes(List<Task> tasks) {
            return tasks.stream().mapToLong(task -> task.bytes).sum();
        }

        void step() {
            switch (random.nextInt(10)) {
                case 0, 1, 2 -> add();
                case 3, 4 -> take();
                case 5, 6 -> land();
                case 7 -> due();
                case 8 -> fly();
                default -> {
                    if (random.nextInt(4) == 0) {
                        giveBack();
                    }
                }
            }
            check();
        }

        /** From here on all goes well: nothing may be left standing. */
        void finish() {
            for (var i = 0; i < 2_000 && !open.isEmpty(); i++) {
                all(Task.State.WAITING).forEach(task -> lanes.due(task, added));
                all(Task.State.PARKED).forEach(lanes::fly);
                var flying = new ArrayList<>(all(Task.State.IN_FLIGHT));
                Collections.shuffle(flying, random);
                flying.forEach(task -> lanes.land(task, Task.State.DONE, added));
                forgetGone();
                check();
                take();
                check();
            }
            assertThat(open).as("stuck").isEmpty();
            assertThat(lanes.ready.hasReady()).isFalse();
        }
    }

    @Property(tries = 400, shrinking = ShrinkingMode.OFF)
    void countsAndOrdersSingleEventsAsTheModelDoes(@ForAll long seed) {
        run(new Model(false, seed));
    }

    @Property(tries = 400, shrinking = ShrinkingMode.OFF)
    void countsAndOrdersBatchesAsTheModelDoes(@ForAll long seed) {
        run(new Model(true, seed));
    }

    private static void run(Model model) {
        for (var i = 0; i < 60; i++) {
            model.step();
        }
        model.finish();
    }
}
