package dev.sluice.trigger.topic;

import dev.sluice.broker.Delivery;
import dev.sluice.broker.EventSource;
import dev.sluice.broker.Lag;
import dev.sluice.cloudevents.sql.EventFilter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/**
 * One reading of a topic by one consumer group, shared by the group's triggers. A record is delivered to every
 * trigger whose filter it passes and is accepted once all of them have accepted it; it is given back when one of them
 * gives it back. One that no filter wants goes to the first trigger, and what is no event to all.
 *
 * <p>A group with a single trigger reads its source directly. With several, the source is joined once all have
 * subscribed; it is asked for as much as the most hesitant holder asks for, so that nothing has to be kept in between.
 * Triggers of one holder share their demand: a record takes one of it, to however many of them it goes.
 * A trigger that cancels ends the deliveries of all (going on would skip records for it), and the source is left once
 * all have cancelled; then the reading may be subscribed anew.
 */
public final class TopicReading {
    private final EventSource upstream;
    private final Object lock = new Object();
    private final List<Member> members = new ArrayList<>();
    private final SharedRevocations revocations;
    private final SharedPauses pauses;
    private final List<EventFilter> filters = new ArrayList<>();
    private final Map<String, SharedRoom> rooms = new LinkedHashMap<>();
    private boolean sealed;
    private @Nullable Audience audience;
    private volatile @Nullable Tally tally;
    private @Nullable Round round;

    /** A reading of the source, which no one else subscribes to. */
    public TopicReading(EventSource upstream) {
        this.upstream = Objects.requireNonNull(upstream, "upstream");
        this.pauses = new SharedPauses(upstream);
        this.revocations = new SharedRevocations(upstream, pauses::forget);
    }

    /**
     * Adds a trigger to the group. All are added before the first one subscribes; {@link IllegalStateException} after.
     * What it returns has the contract of {@link EventSource} but for two points: accepting completes at once unless
     * it is the last trigger that accepts, which waits for the source and gets its errors; and a record that another
     * trigger gave back is not recorded by accepting it.
     *
     * @param holder whose trigger it is, such as a function: all of a holder's triggers have one demand
     * @param filter the trigger's filter; it may still be given records that do not pass it
     */
    public EventSource member(String trigger, String holder, EventFilter filter) {
        synchronized (lock) {
            if (sealed) {
                throw new IllegalStateException("trigger '" + trigger + "' comes too late: the topic is being read");
            }
            var room = rooms.computeIfAbsent(holder, name -> new SharedRoom(rooms.size(), this::deliveriesMax));
            var member = new Member(trigger, members.size(), room);
            members.add(member);
            filters.add(filter);
            return member;
        }
    }

    /** Whether the group has a single trigger; no member is added from here on. */
    private boolean alone() {
        synchronized (lock) {
            sealed = true;
            return members.size() == 1;
        }
    }

    /** Under the lock, and no member comes after it. */
    private Audience audience() {
        if (audience == null) {
            audience = new Audience(filters);
        }
        return audience;
    }

    /** Triggers of the room's holder that one event goes to at most. */
    private int deliveriesMax(SharedRoom room) {
        synchronized (lock) {
            sealed = true;
            return audience().sizeMax(trigger -> members.get(trigger).room == room);
        }
    }

    private Tally tally() {
        var known = tally;
        if (known == null) {
            known = new Tally(
                    members.stream().mapToInt(member -> member.room.number()).toArray(), rooms.size());
            tally = known;
        }
        return known;
    }

    private void seat(Member member, CoreSubscriber<? super Delivery> subscriber) {
        Round joined;
        Round.@Nullable Seat taken;
        synchronized (lock) {
            if (round == null || round.over()) {
                round = new Round(upstream, audience(), tally());
            }
            joined = round;
            taken = joined.take(member.index, subscriber);
        }
        if (taken == null) {
            Operators.error(
                    subscriber,
                    new IllegalStateException(
                            "trigger '" + member.trigger
                                    + "' cannot read the topic: it does so already, or others of its group have not ended yet"));
            return;
        }
        subscriber.onSubscribe(taken);
        joined.seated(taken);
    }

    /** One trigger's view of the reading. */
    private final class Member implements EventSource {
        private final String trigger;
        private final int index;
        private final SharedRoom room;

        Member(String trigger, int index, SharedRoom room) {
            this.trigger = trigger;
            this.index = index;
            this.room = room;
        }

        @Override
        public Flux<Delivery> receive() {
            return alone() ? upstream.receive() : new Deliveries(this);
        }

        @Override
        public Flux<Revocation> revocations() {
            return alone() ? upstream.revocations() : revocations.ofMember();
        }

        @Override
        public void pause(int partition) {
            if (alone()) {
                upstream.pause(partition);
            } else {
                pauses.pause(partition, index);
            }
        }

        @Override
        public void resume(int partition) {
            if (alone()) {
                upstream.resume(partition);
            } else {
                pauses.resume(partition, index);
            }
        }

        @Override
        public Lag lag() {
            return upstream.lag();
        }

        @Override
        public SharedDemand sharedDemand() {
            return room;
        }

        @Override
        public long skipped() {
            var counted = tally;
            return counted == null ? 0 : counted.skipped(index);
        }

        @Override
        public List<Trouble> troubles() {
            return upstream.troubles();
        }

        @Override
        public int fullPartitions() {
            return upstream.fullPartitions();
        }

        @Override
        public String toString() {
            return "TopicReading[" + trigger + "]";
        }
    }

    private final class Deliveries extends Flux<Delivery> {
        private final Member member;

        Deliveries(Member member) {
            this.member = member;
        }

        @Override
        public void subscribe(CoreSubscriber<? super Delivery> subscriber) {
            seat(member, subscriber);
        }
    }
}
