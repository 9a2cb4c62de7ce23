package dev.sluice.broker.kafka;

import dev.sluice.broker.BrokerException;
import dev.sluice.broker.Start;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.MonoSink;

/**
 * What a member's poll thread does: turn after turn it carries out what it was told, commits what is due, sees to it
 * that what may be fetched is fetched, polls, and hands the records on. The only thread that touches the consumer, and
 * the single writer of what belongs to a partition's reading.
 *
 * <p>Fetched is a partition unless it is stopped, paused, or full of open records, and none is while half a poll waits
 * to be delivered: so one poll at most comes beyond what there is room for. A pause drops what the partition has
 * waiting, which is fetched again. A short want of room is waited for beside Kafka, since telling it to pause and
 * resume costs more than the wait; in a longer one all partitions are paused, so that polls go on and the member stays
 * in its group. After such a want, partitions take turns, a poll each: Kafka's consumer would go on with the one whose
 * fetch it began, up to 1 MiB of it, while a slow function's other partitions wait.
 *
 * <p>Longer than most files: what may happen on this thread, and in which order, is to be read in one place.
 */
final class PollLoop {
    private static final Logger LOG = LoggerFactory.getLogger(PollLoop.class);
    private static final long BACKOFF_MIN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long BACKOFF_MAX_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long ROOM_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long JOIN_MAX_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int COMMANDS_MAX = 16;
    private static final int UNDEFINED_MAX = 8;
    private static final Duration CLOSE_MAX = Duration.ofSeconds(5);
    private static final Duration GIVE_UP_MAX = Duration.ofSeconds(1);

    private final String topic;
    private final String broker;
    private final boolean newProtocol;
    private final KafkaMember member;
    private final PollGate gate;
    private final Supplier<Consumer<byte[], byte[]>> factory;
    private final int pollMax;
    private final Positions positions;
    private final Commits commits;
    private final Watch watch;
    private final Handover handover;
    private final Resolving resolving;
    private final Suspects suspects;
    private final Queue<Runnable> commands = new ArrayBlockingQueue<>(COMMANDS_MAX);
    private final Map<TopicPartition, OwnedPartition> owned = new HashMap<>();

    private @Nullable Consumer<byte[], byte[]> opened;
    private long backoffNanos = BACKOFF_MIN_NANOS;
    private long againNanos;
    private boolean ailing;
    /** Whether the last consumer was given up, and this one is not known to have joined. */
    private boolean rejoining;

    private int undefined;
    /** Whether there was a long want of room since the last records came. */
    private boolean scarce;
    /** Whether partitions take turns, and some had theirs. */
    private boolean turns;

    /** @param newProtocol whether the consumers speak the protocol of KIP-848 */
    PollLoop(
            String broker,
            String topic,
            boolean newProtocol,
            KafkaMember member,
            Supplier<Consumer<byte[], byte[]>> factory,
            int pollMax,
            Positions positions,
            Commits commits,
            Watch watch,
            Duration drainTimeout) {
        this.broker = broker;
        this.topic = topic;
        this.newProtocol = newProtocol;
        this.member = member;
        this.gate = member.gate;
        this.factory = factory;
        this.pollMax = pollMax;
        this.positions = positions;
        this.commits = commits;
        this.watch = watch;
        this.handover = new Handover(member, commits, drainTimeout);
        this.resolving = new Resolving(member, positions, handover);
        this.suspects = new Suspects(member, commits);
    }

    // ---- any thread

    /** Has a position moved; the sink is told of its end, unless the member ends before. */
    void reset(Set<Integer> partitions, Start to, MonoSink<Void> sink) {
        if (!commands.offer(() -> resetNow(partitions, to, sink))) {
            sink.error(new BrokerException.Unavailable(broker, "too many resets at a time", null));
        }
        gate.wake();
    }

    // ---- the poll thread

    /** Turns until the time is over or the member ends. Throws nothing. */
    void run(Duration timeout) {
        var until = gate.nanos() + timeout.toNanos();
        do {
            try {
                turn(until);
            } catch (RuntimeException error) {
                failed(error);
            }
        } while (!member.isEnded() && gate.nanos() - until < 0);
    }

    private void turn(long until) {
        gate.answer();
        if (ailing && gate.nanos() - againNanos < 0) {
            watch.tick(opened);
            gate.await(Math.min(until, againNanos), member::isEnded);
            return;
        }
        var consumer = open();
        for (var command = commands.poll(); command != null; command = commands.poll()) {
            command.run();
        }
        resolving.tick(consumer, owned.values());
        commits.tick(consumer, member.owned());
        suspects.tick(consumer);
        watch.tick(consumer);
        var room = awaitRoom();
        scarce |= !room;
        fetchWhatMay(consumer, room);
        var waitNanos = turns && room ? 0 : Math.min(until, commits.dueNanos()) - gate.nanos();
        takeIn(consumer, gate.poll(consumer, waitNanos), room);
        undefined = 0;
        // The polls of a consumer that has not joined yet bring nothing, be it well or not.
        if (ailing && (!rejoining || consumer.groupMetadata().generationId() >= 0)) {
            ailing = false;
            rejoining = false;
            backoffNanos = BACKOFF_MIN_NANOS;
            watch.well();
        }
    }

    private Consumer<byte[], byte[]> open() {
        var consumer = opened;
        if (consumer == null) {
            consumer = factory.get();
            try {
                consumer.subscribe(List.of(topic), listener(consumer));
            } catch (RuntimeException refused) {
                close(consumer, GIVE_UP_MAX);
                throw refused;
            }
            opened = consumer;
        }
        return consumer;
    }

    private void failed(RuntimeException error) {
        if (error instanceof OffsetOutOfRangeException outside) {
            outside.offsetOutOfRangePartitions().forEach((at, offset) -> {
                var one = owned.get(at);
                if (one != null && !one.stopped) {
                    positions.outOfRange(one, offset);
                }
            });
            return;
        }
        if (error instanceof NoOffsetForPartitionException && undefined++ < UNDEFINED_MAX) {
            // A look at committed positions that began before the partitions were given theirs.
            return;
        }
        if (error instanceof FencedInstanceIdException) {
            member.fail(new BrokerException.Refused(
                    broker, "another member of the group came with the same instance-id", error));
            return;
        }
        LOG.debug("topic {}: a poll failed", topic, error);
        member.meters.pollFailures.increment();
        ailing = true;
        againNanos = gate.nanos() + backoffNanos;
        backoffNanos = Math.min(BACKOFF_MAX_NANOS, 2 * backoffNanos);
        watch.failed(error);
        if (endsTheConsumer(error)) {
            giveUp();
        }
    }

    /**
     * Whether the consumer is out of its group for good. In the new protocol one that was refused, be it for an
     * instance id still in use, a full group or a missing right, does nothing any more, though its polls throw nothing.
     * In the old one every poll tries again.
     */
    private boolean endsTheConsumer(RuntimeException error) {
        var root = KafkaErrors.root(error);
        return newProtocol
                && root instanceof ApiException
                && !(root instanceof RetriableException)
                && !(root instanceof TopicAuthorizationException);
    }

    /** Closes the consumer; another one is opened once it is time to try again. */
    private void giveUp() {
        var consumer = opened;
        if (consumer == null) {
            return;
        }
        opened = null;
        rejoining = true;
        commits.forget();
        lost(List.copyOf(owned.keySet()));
        close(consumer, GIVE_UP_MAX);
    }

    private void takeIn(Consumer<?, ?> consumer, ConsumerRecords<byte[], byte[]> records, boolean room) {
        if (records.nextOffsets().isEmpty()) {
            if (room) {
                endTurns();
            }
            return;
        }
        member.meters.polls.increment();
        for (var next : records.nextOffsets().entrySet()) {
            var one = owned.get(next.getKey());
            var reading = one == null ? null : one.reading;
            if (one != null && reading != null) {
                reading.fetched(records.records(next.getKey()), next.getValue().offset());
                watch.fetched(one, next.getValue().offset(), consumer.currentLag(next.getKey()));
                one.served |= scarce;
                turns |= scarce;
            }
        }
        if (!scarce) {
            endTurns();
        }
        scarce = false;
        member.drain();
    }

    /** All partitions may be fetched again: the others had nothing, or there is room for all. */
    private void endTurns() {
        if (turns) {
            turns = false;
            owned.values().forEach(one -> one.served = false);
        }
    }

    /** Waits a moment for room in the backlog; whether there is. */
    private boolean awaitRoom() {
        var backlog = member.backlog;
        if (backlog.hasRoom()) {
            return true;
        }
        backlog.roomWanted(true);
        gate.await(gate.nanos() + ROOM_WAIT_NANOS, () -> backlog.hasRoom() || member.isEnded());
        return backlog.hasRoom();
    }

    private void fetchWhatMay(Consumer<?, ?> consumer, boolean room) {
        member.backlog.roomWanted(!room);
        var pause = new ArrayList<TopicPartition>();
        var resume = new ArrayList<TopicPartition>();
        for (var one : member.owned()) {
            var reading = one.reading;
            var from = reading == null ? -1 : reading.dropIfPaused();
            if (from >= 0) {
                consumer.seek(one.at, from);
            }
            var hold = !room || one.served || one.stopped || reading == null || !reading.wantsMore(pollMax);
            if (hold != one.held) {
                one.held = hold;
                (hold ? pause : resume).add(one.at);
            }
        }
        if (!pause.isEmpty()) {
            consumer.pause(pause);
        }
        if (!resume.isEmpty()) {
            consumer.resume(resume);
        }
    }

    // ---- what the group gives and takes

    private ConsumerRebalanceListener listener(Consumer<byte[], byte[]> consumer) {
        return new ConsumerRebalanceListener() {
            @Override
            public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                gate.within(() -> assigned(consumer, partitions));
            }

            @Override
            public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                gate.within(() -> revoked(consumer, partitions));
            }

            @Override
            public void onPartitionsLost(Collection<TopicPartition> partitions) {
                gate.within(() -> lost(partitions));
            }
        };
    }

    private void assigned(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
        if (partitions.isEmpty()) {
            return;
        }
        LOG.debug("topic {}: was given {}", topic, partitions);
        member.meters.assigned.increment();
        for (var at : partitions) {
            var one = new OwnedPartition(at);
            one.held = true;
            owned.put(at, one);
        }
        consumer.pause(partitions);
        member.own(owned.values().toArray(OwnedPartition[]::new));
        resolving.want();
        resolving.tick(consumer, owned.values());
        for (var at : partitions) {
            var one = owned.get(at);
            if (one != null && one.reading == null) {
                // Kafka insists on a position, though the partition is paused until the right one is known.
                consumer.seek(at, 0);
            }
        }
    }

    private void revoked(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
        var leaving = known(partitions);
        if (leaving.isEmpty()) {
            return;
        }
        LOG.debug("topic {}: gives up {}", topic, partitions);
        member.meters.revoked.increment();
        handover.giveUp(consumer, leaving);
        forget(leaving);
    }

    private void lost(Collection<TopicPartition> partitions) {
        var gone = known(partitions);
        if (gone.isEmpty()) {
            return;
        }
        LOG.warn("topic {}: lost {}; what runs of them may run twice", topic, partitions);
        member.meters.lost.increment();
        handover.lose(gone);
        forget(gone);
    }

    private List<OwnedPartition> known(Collection<TopicPartition> partitions) {
        var found = new ArrayList<OwnedPartition>();
        for (var at : partitions) {
            var one = owned.get(at);
            if (one != null) {
                found.add(one);
            }
        }
        return found;
    }

    private void forget(List<OwnedPartition> partitions) {
        partitions.forEach(one -> owned.remove(one.at));
        member.own(owned.values().toArray(OwnedPartition[]::new));
    }

    private void resetNow(Set<Integer> partitions, Start to, MonoSink<Void> sink) {
        var consumer = open();
        var chosen = owned.values().stream()
                .filter(one -> partitions.isEmpty() || partitions.contains(one.partition()))
                .toList();
        if (chosen.size() < Math.max(1, partitions.size())) {
            sink.error(new BrokerException.Refused(broker, "someone else reads partitions of " + topic, null));
            return;
        }
        try {
            handover.giveUp(consumer, chosen);
            chosen.forEach(one -> one.reading = null);
            resolving.want();
            positions.reset(consumer, chosen, to);
            sink.success();
        } catch (RuntimeException error) {
            sink.error(new BrokerException.Unavailable(broker, "the position was not moved: " + error, error));
        }
    }

    // ---- the end

    /**
     * Waits until a member that is joining has joined, or has its request with the group at least. Before that Kafka's
     * consumer can't leave: the group waits for the member that it expects, and none of its others gets a partition,
     * until the session of that one ends.
     */
    private void joinFirst(Consumer<byte[], byte[]> consumer) {
        var until = gate.nanos() + JOIN_MAX_NANOS;
        while (!newProtocol && !ailing && consumer.groupMetadata().generationId() < 0 && gate.nanos() - until < 0) {
            gate.answer();
            gate.poll(consumer, BACKOFF_MIN_NANOS);
        }
    }

    /** In the middle of a rebalance nothing can be stored: it is gone through first, and may store what it takes. */
    private void storeLast(Consumer<byte[], byte[]> consumer) {
        var until = gate.nanos() + CLOSE_MAX.toNanos();
        while (true) {
            try {
                handover.endAll(consumer, List.copyOf(owned.values()));
                return;
            } catch (RebalanceInProgressException busy) {
                if (gate.nanos() - until >= 0) {
                    throw busy;
                }
                gate.answer();
                gate.poll(consumer, BACKOFF_MIN_NANOS);
            }
        }
    }

    /** Stores what is done and leaves the group. Throws nothing. */
    void close() {
        var consumer = opened;
        if (consumer == null) {
            return;
        }
        try {
            joinFirst(consumer);
            storeLast(consumer);
        } catch (RuntimeException error) {
            LOG.warn("topic {}: the last positions were not stored; events may come again", topic, error);
        }
        forget(List.copyOf(owned.values()));
        close(consumer, CLOSE_MAX);
    }

    private void close(Consumer<byte[], byte[]> consumer, Duration max) {
        try {
            consumer.close(CloseOptions.timeout(max));
        } catch (RuntimeException error) {
            LOG.warn("topic {}: the group was not left in order", topic, error);
        }
    }
}
