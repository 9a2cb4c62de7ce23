package dev.sluice.load;

import dev.sluice.load.dial.Dial;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One side of a figure of reading: a process that reads a filled topic from its start, as a new group for each round,
 * each with a dial of its own. The first half second of a round and the last twentieth of the topic, where partitions
 * run out one by one, do not count.
 */
final class Reading implements Duel.Side<Pace> {
    /** Rounds before the first that counts: a fast reader has read the topic before the warm-up is over. */
    static final int WARM_UPS = 3;

    private static final Duration LEAD = Duration.ofMillis(500);
    /** Other engines start an application of their own for a round. */
    private static final Duration BEGIN_MAX = Duration.ofMinutes(2);

    private static final Duration SETTLE = Duration.ofMillis(700);
    private static final long LOOK_MILLIS = 4;
    private static final double COUNTED_SHARE = 0.95;

    private final String name;
    private final ServerProcess process;
    private final List<Dial> dials;
    private final int events;
    private int next;

    private record Look(long nanos, long count, long tookNanos, Duration cpu) {}

    /** @param events in the topic */
    Reading(String name, ServerProcess process, List<Dial> dials, int events) {
        this.name = name;
        this.process = process;
        this.dials = List.copyOf(dials);
        this.events = events;
    }

    /** Files for a side's dials, one for each of its rounds. */
    static List<Path> dialFiles(Lab lab, String side, Plan plan) throws IOException {
        return dialFiles(lab, side, WARM_UPS + plan.rounds());
    }

    /** Files for so many dials. */
    static List<Path> dialFiles(Lab lab, String side, int rounds) throws IOException {
        var files = new ArrayList<Path>();
        for (var round = 0; round < rounds; round++) {
            var file = lab.file(side + "-" + System.nanoTime() + "-" + round + ".dial");
            Dial.create(file, 0);
            files.add(file);
        }
        return files;
    }

    static List<Dial> dials(List<Path> files) throws IOException {
        var dials = new ArrayList<Dial>();
        for (var file : files) {
            dials.add(Dial.create(file, 0));
        }
        return dials;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void warmUp(Duration time) throws IOException, InterruptedException {
        warmedUp(time);
    }

    /** As {@link #warmUp}, and tells the pace of its last part. */
    Pace warmedUp(Duration time) throws IOException, InterruptedException {
        var end = System.nanoTime() + time.toNanos();
        var pace = run(time);
        while (next < WARM_UPS && end - System.nanoTime() > SETTLE.toNanos()) {
            pace = run(Duration.ofNanos(end - System.nanoTime()));
        }
        for (; next < WARM_UPS; next++) {
            dials.get(next).shut();
        }
        return pace;
    }

    @Override
    public Pace measure(Duration time) throws IOException, InterruptedException {
        return run(time);
    }

    /** Reads for the first time, and measures once it has read for so long. */
    Pace measureWarm(Duration warmUp, Duration time) throws IOException, InterruptedException {
        return run(warmUp, time);
    }

    /** Ends the process, whatever it has in flight. */
    void stop() throws InterruptedException {
        process.kill();
    }

    private Pace run(Duration time) throws IOException, InterruptedException {
        return run(LEAD, time);
    }

    private Pace run(Duration lead, Duration time) throws IOException, InterruptedException {
        var dial = dials.get(next++);
        dial.open();
        try {
            begin(dial, lead);
            var first = look(dial);
            var end = first.nanos() + time.toNanos();
            while (System.nanoTime() < end && dial.count() < COUNTED_SHARE * events) {
                Thread.sleep(LOOK_MILLIS);
            }
            return pace(first, look(dial));
        } finally {
            dial.shut();
            Thread.sleep(SETTLE.toMillis());
        }
    }

    private void begin(Dial dial, Duration lead) throws IOException, InterruptedException {
        var end = System.nanoTime() + BEGIN_MAX.toNanos();
        while (dial.count() == 0) {
            process.mustRun();
            if (System.nanoTime() > end) {
                throw new BenchException(name + " has read nothing within " + BEGIN_MAX.toSeconds() + " s");
            }
            Thread.sleep(LOOK_MILLIS);
        }
        Thread.sleep(lead.toMillis());
    }

    private Look look(Dial dial) {
        return new Look(System.nanoTime(), dial.count(), dial.tookNanos(), process.cpu());
    }

    private Pace pace(Look from, Look to) throws IOException {
        process.mustRun();
        var count = to.count() - from.count();
        if (count == 0) {
            throw new BenchException(name + " stood still for a round");
        }
        return new Pace(
                count * 1e9 / (to.nanos() - from.nanos()),
                (double) to.cpu().minus(from.cpu()).toNanos() / count,
                (double) (to.tookNanos() - from.tookNanos()) / count);
    }
}
