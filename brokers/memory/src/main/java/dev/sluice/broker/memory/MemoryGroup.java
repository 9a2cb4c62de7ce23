package dev.sluice.broker.memory;

import dev.sluice.broker.BrokerException;
import dev.sluice.broker.Lag;
import dev.sluice.broker.Start;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A consumer group: its position per partition, and which member reads which. It outlives its members.
 *
 * <p>A partition changes hands in steps: the old owner is asked by a {@link MemoryRevocation} and gets no more of it;
 * once it said that it is done and nothing lent to it is open (or it left, or {@link MemoryRevocation#WAIT} is over),
 * what is still open is void by a new epoch and the new owner reads on. All state is guarded by the topic's lock,
 * which the methods below take, unless they say that it is held.
 */
final class MemoryGroup {
    private static final int MEMBERS_MAX = 1_000;

    final MemoryTopic topic;
    final String name;
    private final MemoryShare[] shares;
    private volatile MemoryMember[] members = {};
    private long delivered;
    private long accepted;
    private long released;
    private boolean metered;

    /** Under the topic's lock. */
    MemoryGroup(MemoryTopic topic, String name, Start start) {
        this.topic = topic;
        this.name = name;
        this.shares = new MemoryShare[topic.room.log.partitions()];
        for (var p = 0; p < shares.length; p++) {
            var log = topic.room.log.partition(p);
            shares[p] = new MemoryShare(p, start.equals(Start.EARLIEST) ? log.start() : log.end());
        }
    }

    /** Under the lock. */
    long position(int partition) {
        return shares[partition].window.position();
    }

    /** Under the lock. */
    long delivered() {
        return delivered;
    }

    /** Under the lock. */
    long accepted() {
        return accepted;
    }

    /** Under the lock. */
    long released() {
        return released;
    }

    /** True the first time. Under the lock. */
    boolean toBeMetered() {
        var first = !metered;
        metered = true;
        return first;
    }

    void wake(int partition) {
        var owner = shares[partition].owner;
        if (owner != null) {
            owner.wake();
        }
    }

    void wakeAll() {
        for (var member : members) {
            member.wake();
        }
    }

    /** Under the lock. */
    void join(MemoryMember member) {
        if (members.length == MEMBERS_MAX) {
            throw new BrokerException.Refused(topic.broker.name(), "group '" + name + "' has 1,000 members", null);
        }
        var more = Arrays.copyOf(members, members.length + 1);
        more[members.length] = member;
        members = more;
        rebalance();
    }

    void leave(MemoryMember member) {
        topic.lock();
        try {
            if (!Arrays.asList(members).contains(member)) {
                return;
            }
            members = Arrays.stream(members).filter(m -> m != member).toArray(MemoryMember[]::new);
            for (var share : member.owned) {
                giveBackAll(share);
                endRevocation(share);
                share.owner = null;
            }
            member.owned = new MemoryShare[0];
            rebalance();
        } finally {
            topic.unlock();
        }
    }

    private void rebalance() {
        var present = List.of(members);
        var before = Arrays.stream(shares)
                .mapToInt(share -> share.target == null ? -1 : present.indexOf(share.target))
                .toArray();
        var after = Assignment.balance(before, present.size());
        for (var share : shares) {
            var target = after[share.partition];
            share.target = target < 0 ? null : present.get(target);
            var owner = share.owner;
            if (owner == null) {
                handOver(share);
            } else if (owner != share.target && share.revocation == null) {
                var revocation = new MemoryRevocation(this, share);
                share.revocation = revocation;
                owner.ask(revocation);
            }
        }
        topic.due(MemoryTopic.WAKE);
    }

    private void handOver(MemoryShare share) {
        var from = share.owner;
        var to = share.target;
        share.owner = to;
        if (from != null) {
            from.owned = Arrays.stream(from.owned).filter(s -> s != share).toArray(MemoryShare[]::new);
        }
        if (to != null) {
            var more = Arrays.copyOf(to.owned, to.owned.length + 1);
            more[to.owned.length] = share;
            to.owned = more;
        }
        topic.due(MemoryTopic.WAKE);
    }

    private void giveBackAll(MemoryShare share) {
        share.epoch++;
        released += share.window.giveBackAll();
    }

    private void endRevocation(MemoryShare share) {
        var revocation = share.revocation;
        if (revocation != null) {
            share.revocation = null;
            revocation.ended();
        }
    }

    private void moveIfDone(MemoryShare share) {
        var revocation = share.revocation;
        if (revocation != null && revocation.isDone() && share.window.lent() == 0) {
            endRevocation(share);
            handOver(share);
        }
    }

    /** The owner says that it holds nothing of the partition any more. */
    void revocationDone(MemoryRevocation revocation, MemoryShare share) {
        topic.lock();
        try {
            if (share.revocation == revocation) {
                revocation.markDone();
                moveIfDone(share);
            }
        } finally {
            topic.unlock();
        }
    }

    /** The owner had its time: what it still holds is given back. */
    void revocationExpired(MemoryRevocation revocation, MemoryShare share) {
        topic.lock();
        try {
            if (share.revocation == revocation) {
                revocation.markDone();
                giveBackAll(share);
                moveIfDone(share);
            }
        } finally {
            topic.unlock();
        }
    }

    /** The next event for the member, from its partitions in turn; null when there is none. */
    @Nullable
    MemoryDelivery lend(MemoryMember member) {
        topic.lock();
        try {
            var owned = member.owned;
            if (topic.isClosed()) {
                return null;
            }
            for (var tried = 0; tried < owned.length; tried++) {
                member.turn = member.turn + 1 >= owned.length ? 0 : member.turn + 1;
                var share = owned[member.turn];
                if (share.revocation == null && !member.isPaused(share.partition)) {
                    var log = topic.room.log.partition(share.partition);
                    var offset = share.window.lend(log.end());
                    if (offset >= 0) {
                        delivered++;
                        return new MemoryDelivery(this, share, log.get(offset), offset);
                    }
                }
            }
            return null;
        } finally {
            topic.unlock();
        }
    }

    /** Takes a delivery back as done or as not done; a void one changes nothing. */
    void settle(MemoryDelivery delivery, boolean done) {
        topic.lock();
        try {
            var share = delivery.share;
            if (delivery.settled || delivery.epoch != share.epoch) {
                return;
            }
            delivery.settled = true;
            if (done) {
                accepted++;
                var from = share.window.position();
                if (share.window.done(delivery.offset())) {
                    topic.readers.positionMoved(share.partition, from);
                }
            } else {
                released++;
                share.window.giveBack(delivery.offset());
                topic.due(MemoryTopic.WAKE);
            }
            if (share.revocation != null) {
                moveIfDone(share);
            }
        } finally {
            topic.unlock();
        }
    }

    /** The lag on all partitions. Under the lock. */
    Lag lag() {
        return lagOf(shares);
    }

    /** The lag on the member's partitions. */
    Lag lag(MemoryMember member) {
        topic.lock();
        try {
            return lagOf(member.owned);
        } finally {
            topic.unlock();
        }
    }

    private Lag lagOf(MemoryShare[] of) {
        var partitions = Arrays.stream(of)
                .sorted((a, b) -> Integer.compare(a.partition, b.partition))
                .map(share -> new Lag.PartitionLag(
                        share.partition,
                        share.window.position(),
                        topic.room.log.partition(share.partition).end(),
                        share.window.next(),
                        share.first,
                        share.first))
                .toList();
        return new Lag(topic.name, name, partitions);
    }

    /** Ends every member's reading. */
    void close(BrokerException why) {
        for (var member : members) {
            member.fail(why);
        }
    }

    @Override
    public String toString() {
        return topic.name + "/" + name;
    }
}
