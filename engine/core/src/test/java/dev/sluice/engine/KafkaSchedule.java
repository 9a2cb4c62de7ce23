package dev.sluice.engine;

import dev.sluice.broker.Ordering;
import dev.sluice.cloudevents.RawEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One seed's world with a topic as Kafka's: one to three engines of one group, of which some are killed, stopped, or lose
 * partitions, asked or not; commits that are refused, or stored though their sender is told that it was not known in time.
 * What is checked in it: nothing is lost, a position never passes what is not done, the order of first runs, no two runs
 * of a lane at once, and that only what no acknowledged commit covers comes again.
 */
final class KafkaSchedule implements SimFunction.Ledger {
    private static final int STEPS_MAX = 40_000;

    /** An engine and its membership. */
    private static final class Node {
        final SimEngine engine;
        final SimMember member;
        /** Partitions that it has lost and still works on, as far as it has not heard of it. */
        final boolean[] unaware = new boolean[SimTopic.PARTITIONS];

        boolean stopping;
        /** The group knows that it is gone. */
        boolean left;

        Node(SimEngine engine, SimMember member) {
            this.engine = engine;
            this.member = member;
        }

        boolean takesPartitions() {
            return !stopping && !member.isGone();
        }
    }

    /** One run; a stray one when its engine has lost the partition without being asked, which it does not know yet. */
    private static final class Run {
        final SimLoop home;
        final SimTopic.Record record;
        boolean stray;

        Run(SimLoop home, SimTopic.Record record) {
            this.home = home;
            this.record = record;
        }
    }

    private final SimWorld world;
    private final SimTopic topic;
    private final Ordering ordering;
    private final int retry;
    private final int trouble;
    private final List<Node> nodes = new ArrayList<>();
    private final Node[] owners = new Node[SimTopic.PARTITIONS];
    private final List<Run> running = new ArrayList<>();
    private final Totals totals = new Totals();

    /** What the schedules did, to show that they do what they are for. */
    static final class Totals {
        long kills;
        long stops;
        long moves;
        long losses;
        long repeats;

        void add(Totals other) {
            kills += other.kills;
            stops += other.stops;
            moves += other.moves;
            losses += other.losses;
            repeats += other.repeats;
        }
    }

    KafkaSchedule(long seed) {
        world = new SimWorld(seed);
        SimFunction.in(world, this, SimEngine.TIMEOUT.toNanos());
        retry = world.random.nextInt(4);
        trouble = world.random.nextInt(4);
        topic = new SimTopic(world, world.random.nextInt(14), retry + 1);
        ordering = world.random.nextInt(3) == 0 ? Ordering.PARTITION : Ordering.KEY;
        for (var engines = 1 + world.random.nextInt(2); engines > 0; engines--) {
            start();
        }
        assign();
    }

    // ---- engines and their group

    private void start() {
        var engine = new SimEngine(world, 1 + world.random.nextInt(2), 1 + world.random.nextInt(3));
        var member = new SimMember(world, topic);
        engine.attach("trigger", member, ordering, retry, topic::answered, topic::buried);
        nodes.add(new Node(engine, member));
    }

    /** Gives partitions that nobody owns to engines that take some. */
    private void assign() {
        for (var partition = 0; partition < SimTopic.PARTITIONS; partition++) {
            if (owners[partition] != null && owners[partition].left) {
                owners[partition] = null;
            }
            if (owners[partition] == null && !nodes.isEmpty()) {
                var node = nodes.get(world.random.nextInt(nodes.size()));
                if (node.takesPartitions() && node.member.assign(partition)) {
                    owners[partition] = node;
                }
            }
        }
    }

    /** A kill -9; what was under way at the broker may still come to be. */
    private void kill(Node node) {
        totals.kills++;
        end(node);
        node.member.kill();
        running.removeIf(run -> run.home == node.engine.loop);
        world.later(() -> node.left = true);
        world.later(this::start);
    }

    private void end(Node node) {
        nodes.remove(node);
        world.kill(node.engine.loop);
        totals.repeats += node.member.repeats;
    }

    /** A SIGTERM: what runs may end within the grace. */
    private void stop(Node node) {
        if (node.stopping) {
            return;
        }
        totals.stops++;
        node.stopping = true;
        node.engine
                .dispatcher
                .drain(Duration.ofMillis(world.random.nextInt(300)))
                .subscribe(
                        none -> {},
                        e -> {},
                        () -> world.later(() -> {
                            if (nodes.contains(node)) {
                                world.check(!runsAt(node, -1), () -> "something runs on an engine that has stopped");
                                end(node);
                                node.left = true;
                                start();
                            }
                        }));
    }

    /** The group takes a partition away, and waits until it is given up. */
    private void move(int partition) {
        var node = owners[partition];
        if (node != null && node.takesPartitions()) {
            totals.moves++;
            node.member.revoke(partition, () -> {
                world.check(
                        !runsAt(node, partition), () -> "something of partition " + partition + " runs on, given up");
                if (owners[partition] == node) {
                    owners[partition] = null;
                }
            });
        }
    }

    /** The group gives a partition to another without asking; its owner is told after a while. */
    private void lose(int partition) {
        var node = owners[partition];
        if (node == null || !node.member.reads(partition)) {
            return;
        }
        totals.losses++;
        owners[partition] = null;
        for (var run : running) {
            run.stray |= run.record.partition == partition && run.home == node.engine.loop;
        }
        node.unaware[partition] = true;
        world.later(() -> node.member.lose(partition, () -> {
            world.check(
                    !runsAt(node, partition), () -> "something of partition " + partition + " runs on, though lost");
            node.unaware[partition] = false;
        }));
    }

    private boolean runsAt(Node node, int partition) {
        return running.stream()
                .anyMatch(run -> run.home == node.engine.loop && (partition < 0 || run.record.partition == partition));
    }

    private void act() {
        var partition = world.random.nextInt(SimTopic.PARTITIONS);
        switch (world.random.nextInt(20)) {
            case 0 -> trouble(partition);
            case 1, 2, 3, 4 -> commit(partition);
            case 5, 6 -> assign();
            default -> {}
        }
    }

    private void trouble(int partition) {
        if (nodes.isEmpty() || trouble == 0) {
            return;
        }
        var node = nodes.get(world.random.nextInt(nodes.size()));
        switch (world.random.nextInt(1 + trouble)) {
            case 0 -> move(partition);
            case 1 -> kill(node);
            case 2 -> stop(node);
            default -> lose(partition);
        }
    }

    private void commit(int partition) {
        if (owners[partition] != null) {
            owners[partition].member.commit(partition);
        }
    }

    // ---- the ledger

    private Object laneOf(SimTopic.Record record) {
        return ordering == Ordering.KEY ? record.key : (Object) record.partition;
    }

    @Override
    public Object began(SimLoop home, String id) {
        var record = topic.record(id);
        world.check(!(record.event instanceof RawEvent), () -> record + " is no event, and ran");
        var run = new Run(home, record);
        var node = nodeOf(home);
        run.stray = node.unaware[record.partition];
        world.check(
                run.stray || owners[record.partition] == node,
                () -> record + " began on an engine that has given its partition up");
        var lane = laneOf(record);
        if (lane != null) {
            for (var other : running) {
                world.check(
                        run.stray || other.stray || !lane.equals(laneOf(other.record)),
                        () -> record + " began while " + other.record + " of its lane ran");
            }
            if (!record.begun) {
                earlierOnesAreDone(record, lane);
            }
        }
        record.begun = true;
        running.add(run);
        var atHome = running.stream().filter(other -> other.home == home).count();
        world.check(atHome <= node.engine.slots, () -> atHome + " runs at once");
        return run;
    }

    private Node nodeOf(SimLoop home) {
        for (var node : nodes) {
            if (node.engine.loop == home) {
                return node;
            }
        }
        world.check(false, () -> "something runs on an engine that is gone");
        throw new IllegalStateException("not reached");
    }

    private void earlierOnesAreDone(SimTopic.Record record, Object lane) {
        for (var earlier : topic.records(record.partition)) {
            if (earlier.offset >= record.offset) {
                return;
            }
            world.check(
                    !lane.equals(laneOf(earlier)) || topic.isDone(earlier),
                    () -> record + " began for the first time before " + earlier + " was done");
        }
    }

    @Override
    public void ended(Object token, boolean well, int answers) {
        var run = (Run) token;
        if (!running.remove(run)) {
            return;
        }
        if (well && (run.record.answersOfWell < 0 || answers < run.record.answersOfWell)) {
            run.record.answersOfWell = answers;
        }
    }

    // ---- the schedule

    Totals run() {
        for (var steps = 40 + world.random.nextInt(200); steps > 0; steps--) {
            act();
            if (!world.step() || world.random.nextInt(8) == 0) {
                world.passTime();
            }
        }
        finish();
        nodes.forEach(node -> totals.repeats += node.member.repeats);
        return totals;
    }

    /** From here on all goes well: every record has to come to its end, and every position to the log's. */
    private void finish() {
        world.faults = false;
        for (var i = 0; i < STEPS_MAX; i++) {
            if (i % 8 == 0) {
                assign();
                for (var partition = 0; partition < SimTopic.PARTITIONS; partition++) {
                    commit(partition);
                }
                if (running.isEmpty() && topic.allDone() && topic.allCommitted()) {
                    return;
                }
            }
            if (!world.step()) {
                world.passTime();
            }
        }
        throw new AssertionError("stuck: " + topic.open() + (topic.allCommitted() ? "" : ", not all is committed"));
    }
}
