package dev.sluice.engine.scaling;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The function's instances: started, leased from, drained; and the slot-seconds that they and their leases cost. */
final class SimPool {
    private final int concurrency;
    private final long startNanos;
    private final ArrayDeque<Long> startingUntil = new ArrayDeque<>();
    private final List<SimInstance> instances = new ArrayList<>();
    private final ArrayDeque<SimInstance> free = new ArrayDeque<>();
    private int draining;
    private int leased;
    private long countedNanos;
    private long leasedNanos;
    private double slotSeconds;

    /** One of them. */
    static final class SimInstance {
        private int leased;
        private boolean draining;
    }

    SimPool(int concurrency, long startNanos) {
        this.concurrency = concurrency;
        this.startNanos = startNanos;
    }

    private void count(long now) {
        var nanos = now - countedNanos;
        leasedNanos += leased * nanos;
        slotSeconds += (instances.size() + startingUntil.size()) * (double) concurrency * nanos / 1e9;
        countedNanos = now;
    }

    /** Wants so many: takes back those that drain, starts the rest; or gives up starts, then the least busy. */
    void resize(int to, long now) {
        count(now);
        for (var missing = to - wanted(); missing > 0; missing--) {
            if (!revive()) {
                startingUntil.addLast(now + startNanos);
            }
        }
        for (var spare = wanted() - to; spare > 0; spare--) {
            if (startingUntil.pollLast() == null) {
                drainOne();
            }
        }
    }

    private boolean revive() {
        for (var instance : instances) {
            if (instance.draining) {
                instance.draining = false;
                draining--;
                if (instance.leased < concurrency) {
                    free.addLast(instance);
                }
                return true;
            }
        }
        return false;
    }

    private void drainOne() {
        var idlest = instances.stream()
                .filter(instance -> !instance.draining)
                .min(Comparator.comparingInt(instance -> instance.leased))
                .orElseThrow();
        free.remove(idlest);
        if (idlest.leased == 0) {
            instances.remove(idlest);
        } else {
            idlest.draining = true;
            draining++;
        }
    }

    /** When the next instance will have started; far away when none is starting. */
    long nextStart() {
        var first = startingUntil.peekFirst();
        return first == null ? Long.MAX_VALUE : first;
    }

    void started(long now) {
        count(now);
        startingUntil.removeFirst();
        var instance = new SimInstance();
        instances.add(instance);
        free.addLast(instance);
    }

    @Nullable
    SimInstance lease(long now) {
        var instance = free.pollFirst();
        if (instance == null) {
            return null;
        }
        count(now);
        leased++;
        if (++instance.leased < concurrency) {
            free.addLast(instance);
        }
        return instance;
    }

    void giveBack(SimInstance instance, long now) {
        count(now);
        leased--;
        if (--instance.leased == concurrency - 1 && !instance.draining) {
            free.addLast(instance);
        }
        if (instance.draining && instance.leased == 0) {
            instances.remove(instance);
            draining--;
        }
    }

    int leased() {
        return leased;
    }

    int ready() {
        return instances.size() - draining;
    }

    int wanted() {
        return ready() + startingUntil.size();
    }

    /** Those that cost something. */
    int all() {
        return instances.size() + startingUntil.size();
    }

    Load.Instances counts() {
        return new Load.Instances(ready(), startingUntil.size(), draining, 0);
    }

    long leasedNanos(long now) {
        count(now);
        return leasedNanos;
    }

    double slotSeconds(long now) {
        count(now);
        return slotSeconds;
    }
}
