package dev.sluice.load.soak;

import com.sun.management.OperatingSystemMXBean;
import dev.sluice.broker.Start;
import dev.sluice.broker.Subscription;
import dev.sluice.broker.memory.MemoryBroker;
import dev.sluice.broker.memory.MemoryLimits;
import dev.sluice.trigger.schedule.CronExpression;
import dev.sluice.trigger.schedule.EventForm;
import dev.sluice.trigger.schedule.Missed;
import dev.sluice.trigger.schedule.Schedule;
import dev.sluice.trigger.schedule.Scheduler;
import dev.sluice.trigger.schedule.Timing;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Ten thousand schedules in one process, each due once a minute at a second of its own: what they cost, and how late their
 * events are on their topic. A round is a minute.
 */
final class ScheduleCrowd implements Trial {
    private static final int SCHEDULES = 10_000;
    private static final int LATE_MAX_MILLIS = 50;
    private static final String TOPIC = "fires";

    @Override
    public String name() {
        return "schedules";
    }

    @Override
    public Result run(int rounds, Progress progress) throws Exception {
        var before = heapBytes();
        var broker = MemoryBroker.create("memory", MemoryLimits.DEFAULT, new SimpleMeterRegistry());
        var late = new ConcurrentLinkedQueue<Long>();
        var reading = broker.source(new Subscription(TOPIC, "late", Start.EARLIEST))
                .receive()
                .concatMap(delivery -> {
                    var planned =
                            Instant.parse(Objects.toString(delivery.event().getExtension("scheduledtime")));
                    late.add(System.currentTimeMillis() - planned.toEpochMilli());
                    return delivery.accept();
                })
                .subscribe();
        var scheduler = Scheduler.start(broker, schedules(), Clock.systemUTC(), new SimpleMeterRegistry());
        try {
            progress.say(name() + ": a minute to warm up, then " + rounds + " minutes");
            Thread.sleep(Duration.ofMinutes(1).toMillis());
            late.clear();
            var held = heapBytes() - before;
            var process = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
            var cpu = process.getProcessCpuTime();
            var began = System.nanoTime();
            Thread.sleep(Duration.ofMinutes(rounds).toMillis());
            var busy = (double) (process.getProcessCpuTime() - cpu) / (System.nanoTime() - began);
            return result(late, rounds, busy, held);
        } finally {
            scheduler.close().block(Duration.ofSeconds(10));
            reading.dispose();
            broker.close().block(Duration.ofSeconds(10));
        }
    }

    private static Result result(ConcurrentLinkedQueue<Long> late, int rounds, double busy, long heldBytes) {
        var millis = late.stream().mapToLong(it -> it).toArray();
        Arrays.sort(millis);
        if (millis.length == 0) {
            return new Result(List.of(), List.of("no event came"));
        }
        var max = millis[millis.length - 1];
        var figures = List.of(
                String.format(
                        Locale.ROOT,
                        "%,d schedules, %d minutes: %,d events; late by %d ms (median), %d ms (99 %%), %d ms (longest)",
                        SCHEDULES,
                        rounds,
                        millis.length,
                        millis[millis.length / 2],
                        millis[(int) (millis.length * 0.99)],
                        max),
                String.format(
                        Locale.ROOT,
                        "%.2f %% of one core busy, %.2f %% idle; %.1f MiB of heap held, %,d bytes a schedule",
                        busy * 100,
                        100 - busy * 100,
                        heldBytes / 1048576.0,
                        heldBytes / SCHEDULES));
        var broken = new ArrayList<String>();
        if (max > LATE_MAX_MILLIS) {
            var beyond =
                    Arrays.stream(millis).filter(it -> it > LATE_MAX_MILLIS).count();
            broken.add(beyond + " of " + millis.length + " events were more than " + LATE_MAX_MILLIS + " ms late");
        }
        if (millis.length < (long) SCHEDULES * (rounds - 1)) {
            broken.add("only " + millis.length + " events came");
        }
        return new Result(figures, broken);
    }

    private static List<Schedule> schedules() {
        var zone = ZoneId.of("Europe/Berlin");
        var schedules = new ArrayList<Schedule>(SCHEDULES);
        for (var n = 0; n < SCHEDULES; n++) {
            var cron = n % 60 + " * * * * *";
            schedules.add(new Schedule(
                    "schedule-" + n,
                    TOPIC,
                    Timing.cron(CronExpression.parse(cron), zone),
                    cron,
                    zone,
                    Missed.ONCE,
                    Duration.ZERO,
                    Duration.ZERO,
                    EventForm.of("schedule-" + n, "application/json", "{\"n\":" + n + "}", false)));
        }
        return schedules;
    }

    private static long heapBytes() throws InterruptedException {
        for (var turn = 0; turn < 3; turn++) {
            System.gc();
            Thread.sleep(100);
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
