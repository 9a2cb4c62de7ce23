package dev.sluice.engine.scaling;

import dev.sluice.broker.Lag;
import java.util.ArrayList;
import java.util.Arrays;

/**
 * The topic and what the engine has fetched of it: events come in order, are fetched while there is room, and wait
 * for a slot or behind their lane. Its end is learned with every fetch, and when it is asked for.
 */
final class SimLog {
    private static final int BLOCKED_MAX = 10_000;
    private static final int NONE = -1;

    private final SimEvents events;
    private final Scenario.Topic topic;
    private final int[] ready;
    private final int[] next;
    private final int[] laneFirst;
    private final int[] laneLast;
    private final boolean[] laneBusy;
    private final long[] ends;
    private final long[] endsSeen;
    private final long[] done;
    private int arrived;
    private int arrivedSeen;
    private int fetched;
    private int settled;
    private int blocked;
    private int lanesBusy;
    private int readyFirst;
    private int readyEnd;

    SimLog(SimEvents events, Scenario.Topic topic) {
        this.events = events;
        this.topic = topic;
        ready = new int[events.count];
        next = new int[events.count];
        laneFirst = new int[events.lanes];
        laneLast = new int[events.lanes];
        Arrays.fill(laneFirst, NONE);
        laneBusy = new boolean[events.lanes];
        ends = new long[topic.partitions()];
        endsSeen = new long[topic.partitions()];
        done = new long[topic.partitions()];
    }

    void arrive(int event) {
        arrived = event + 1;
        ends[events.partition(event)]++;
    }

    /** Fetches while fewer than so many can run. */
    void fetch(int runnableMax) {
        while (fetched < arrived && runnable() < runnableMax && blocked < BLOCKED_MAX) {
            var event = fetched++;
            seeEnd();
            var lane = events.lane(event);
            if (lane == SimEvents.FREE || !laneBusy[lane]) {
                makeReady(event, lane);
            } else {
                block(event, lane);
            }
        }
    }

    private void makeReady(int event, int lane) {
        if (lane != SimEvents.FREE) {
            laneBusy[lane] = true;
            lanesBusy++;
        }
        ready[readyEnd++] = event;
    }

    private void block(int event, int lane) {
        next[event] = NONE;
        if (laneFirst[lane] == NONE) {
            laneFirst[lane] = event;
        } else {
            next[laneLast[lane]] = event;
        }
        laneLast[lane] = event;
        blocked++;
    }

    int runnable() {
        return readyEnd - readyFirst;
    }

    int take() {
        return ready[readyFirst++];
    }

    Load.Blocked blocked() {
        return new Load.Blocked(blocked, blocked, lanesBusy);
    }

    void settle(int event) {
        settled++;
        done[events.partition(event)]++;
        var lane = events.lane(event);
        if (lane == SimEvents.FREE) {
            return;
        }
        var follower = laneFirst[lane];
        laneBusy[lane] = false;
        lanesBusy--;
        if (follower != NONE) {
            laneFirst[lane] = next[follower];
            blocked--;
            makeReady(follower, lane);
        }
    }

    long settled() {
        return settled;
    }

    long arrived() {
        return arrived;
    }

    /** Events that are not done. */
    long open() {
        return (long) arrived - settled;
    }

    long received() {
        return fetched;
    }

    /** Asks for the end of the log. */
    void seeEnd() {
        System.arraycopy(ends, 0, endsSeen, 0, ends.length);
        arrivedSeen = arrived;
    }

    LoadSample.Topic sample(double second) {
        var unknown = second >= topic.unknownFromSecond() && second < topic.unknownToSecond();
        var partitions = new ArrayList<Lag.PartitionLag>(ends.length);
        for (var i = 0; i < ends.length; i++) {
            partitions.add(new Lag.PartitionLag(i, done[i], unknown ? -1 : endsSeen[i]));
        }
        var unfetched = unknown ? -1 : Math.max(0, arrivedSeen - fetched);
        return new LoadSample.Topic(
                "simulated",
                topic.ordering(),
                new Lag("simulated", "simulated", partitions),
                unfetched,
                fetched,
                fetched);
    }
}
