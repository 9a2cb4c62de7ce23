package dev.sluice.engine;

import dev.sluice.broker.Ordering;
import dev.sluice.cloudevents.RawEvent;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * One seed's world with sources as the memory broker's: an engine that lives, two triggers, partitions that are taken away
 * and given back; and what is checked in it.
 */
final class MemorySchedule implements SimFunction.Ledger {
    private static final int STEPS_MAX = 20_000;

    private final SimWorld world;
    private final boolean drains;
    private final boolean revokes;
    private final boolean scales;
    private final SimEngine engine;
    private final Map<String, SimSource> sourceOf = new HashMap<>();
    private final Map<Object, Integer> runningOfKey = new HashMap<>();
    private final Set<String> answersStored = new HashSet<>();
    private final Pipeline first;
    private final Pipeline other;
    private final SimSource keyed;
    private final SimSource second;
    private final Ordering secondOrdering;
    private int running;

    MemorySchedule(long seed) {
        world = new SimWorld(seed);
        drains = world.random.nextInt(4) == 0;
        revokes = world.random.nextInt(3) == 0;
        scales = world.random.nextInt(3) == 0;
        SimFunction.in(world, this, SimEngine.TIMEOUT.toNanos());
        engine = new SimEngine(world, 1 + world.random.nextInt(2), 1 + world.random.nextInt(3));
        var keyedRetry = world.random.nextInt(4);
        var secondRetry = world.random.nextInt(4);
        keyed = source("k", 3, keyedRetry);
        second = source("p", 2, secondRetry);
        secondOrdering = world.random.nextBoolean() ? Ordering.PARTITION : Ordering.NONE;
        first = attach("keyed", keyed, Ordering.KEY, keyedRetry);
        other = attach("second", second, secondOrdering, secondRetry);
    }

    private SimSource source(String prefix, int keys, int retry) {
        var source = new SimSource(world, this::answersStored);
        var events = world.random.nextInt(8);
        for (var i = 0; i < events; i++) {
            var key = world.random.nextInt(keys + 1);
            var wanted = world.random.nextInt(6) != 0;
            var event = SimEngine.event(world, prefix + i, i, wanted);
            // A key lives in one partition, as brokers place it; key 0 stands for none.
            var entry = source.add(event, key == 0 ? null : "key" + key, key % SimSource.PARTITIONS);
            entry.wanted = wanted || event instanceof RawEvent;
            entry.triesMax = retry + 1;
            entry.tries = world.random.nextInt(10) == 0 ? world.random.nextInt(retry + 2) : 0;
            sourceOf.put(event.getId(), source);
        }
        return source;
    }

    private Pipeline attach(String name, SimSource source, Ordering ordering, int retry) {
        return engine.attach(
                name,
                source,
                ordering,
                retry,
                answer -> answersStored.add(answer.getId()),
                letter -> sourceOf.get(letter.getId()).entry(letter.getId()).deadLetterStored = true);
    }

    @Override
    public Object began(SimLoop home, String id) {
        var source = sourceOf.get(id);
        var entry = source.entry(id);
        world.check(!(entry.event instanceof RawEvent), () -> id + " is no event, and ran");
        running++;
        // An instance on its way out may still run what it has while its successor runs more.
        world.check(scales || running <= engine.slots, () -> running + " runs at once in " + engine.slots + " slots");
        var lane = laneOf(source, entry);
        if (lane != null) {
            world.check(runningOfKey.merge(lane, 1, Integer::sum) == 1, () -> "two runs at once of lane " + lane);
            if (entry.runs == 0) {
                earlierOnesAreDone(source, entry, lane);
            }
        }
        entry.runs++;
        return entry;
    }

    private void earlierOnesAreDone(SimSource source, SimSource.Entry entry, Object lane) {
        for (var earlier : source.entries(entry.partition)) {
            if (earlier.offset >= entry.offset) {
                return;
            }
            if (earlier.wanted && lane.equals(laneOf(source, earlier))) {
                world.check(
                        earlier.state == SimSource.State.ACCEPTED,
                        () -> entry.event.getId() + " began before " + earlier.event.getId() + " was accepted");
            }
        }
    }

    private Object laneOf(SimSource source, SimSource.Entry entry) {
        if (source == keyed) {
            return entry.key;
        }
        return secondOrdering == Ordering.PARTITION ? "partition " + entry.partition : null;
    }

    @Override
    public void ended(Object run, boolean well, int answers) {
        running--;
        var entry = (SimSource.Entry) run;
        var lane = laneOf(sourceOf.get(entry.event.getId()), entry);
        if (lane != null) {
            runningOfKey.merge(lane, -1, Integer::sum);
        }
        entry.endedWell = well;
        entry.answers = answers;
    }

    private boolean answersStored(SimSource.Entry entry) {
        for (var n = 1; n <= entry.answers; n++) {
            if (!answersStored.contains(SimFunction.answerId(entry.event.getId(), n))) {
                return false;
            }
        }
        return true;
    }

    void run() {
        var steps = 20 + world.random.nextInt(150);
        for (var i = 0; i < steps; i++) {
            if (revokes && world.random.nextInt(25) == 0) {
                keyed.revokeSome();
            }
            if (scales && world.random.nextInt(10) == 0) {
                engine.dispatcher.resize(world.random.nextInt(4));
            }
            if (!world.step() || world.random.nextInt(8) == 0) {
                world.passTime();
            }
        }
        if (drains) {
            drain();
        } else {
            finish();
        }
    }

    /** From here on all goes well: every event has to come to its end. */
    private void finish() {
        world.faults = false;
        engine.dispatcher.resize(1);
        for (var i = 0; i < STEPS_MAX; i++) {
            if (keyed.allAccepted() && second.allAccepted() && running == 0) {
                return;
            }
            if (!world.step() && !world.passTime()) {
                break;
            }
        }
        throw new AssertionError(
                "stuck: " + keyed.open() + " " + second.open() + " " + first.status() + other.status());
    }

    /** A stop in the middle of it all: nothing stays lent, and nothing that was not done is off its source. */
    private void drain() {
        var ended = new boolean[1];
        engine.dispatcher
                .drain(Duration.ofMillis(world.random.nextInt(300)))
                .subscribe(none -> {}, e -> {}, () -> ended[0] = true);
        for (var i = 0; i < STEPS_MAX && !ended[0]; i++) {
            if (!world.step() && !world.passTime()) {
                break;
            }
        }
        world.check(ended[0], () -> "the drain does not complete");
        world.check(
                keyed.noneLent() && second.noneLent(),
                () -> "lent behind the drain: " + keyed.open() + " " + second.open());
        world.check(keyed.cancelled && second.cancelled, () -> "a source was not left");
    }
}
