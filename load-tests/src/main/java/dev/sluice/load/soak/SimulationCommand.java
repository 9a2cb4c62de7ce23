package dev.sluice.load.soak;

import dev.sluice.engine.Simulation;
import dev.sluice.engine.Simulation.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs seeded schedules of the engine's core, half of them with a source as the memory broker's, half as Kafka's. */
@Command(
        name = "simulation",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Runs seeded schedules of the engine's core, with faults in everything that it stores: half of them with a",
            "source as the memory broker's, half with one as Kafka's, engines killed and partitions taken away.",
            "Exits with 1 and names the seed when a promise breaks."
        })
final class SimulationCommand implements Callable<Integer> {
    private static final int CHUNK = 1_000;
    private static final long TELL_NANOS = TimeUnit.SECONDS.toNanos(5);

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--schedules",
            paramLabel = "N",
            defaultValue = "1000000",
            description = "How many, both sources together (${DEFAULT-VALUE}).")
    private long schedules;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "2",
            description = "How many run at once (${DEFAULT-VALUE}).")
    private int threads;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "The first seed of each source; 0 when it is left out, so that a run can be repeated.")
    private long seed;

    @Option(
            names = "--source",
            paramLabel = "SOURCE",
            description = "Only this one: ${COMPLETION-CANDIDATES}. With --schedules 1 and --seed, one schedule again.")
    private @Nullable Source only;

    private final AtomicLong done = new AtomicLong();
    private long began;
    private long toldAt;

    private record Chunk(Source source, long seed, int schedules) {}

    @Override
    public Integer call() throws InterruptedException {
        if (schedules < 1 || threads < 1) {
            var line = spec == null ? null : spec.commandLine();
            throw new ParameterException(line, "--schedules and --threads must be at least 1");
        }
        began = System.nanoTime();
        toldAt = began;
        var pool = Executors.newFixedThreadPool(threads);
        try {
            return run(pool);
        } finally {
            pool.shutdownNow();
        }
    }

    private int run(ExecutorService pool) throws InterruptedException {
        var running = new ArrayList<Future<long[]>>();
        for (var chunk : chunks()) {
            running.add(pool.submit(() -> {
                var simulation = new Simulation();
                simulation.run(chunk.source(), chunk.seed(), chunk.schedules(), number -> done.incrementAndGet());
                return simulation.totals();
            }));
        }
        var totals = new long[5];
        for (var each : running) {
            try {
                var more = await(each);
                for (var i = 0; i < totals.length; i++) {
                    totals[i] += more[i];
                }
            } catch (ExecutionException broken) {
                System.err.println();
                System.out.println("broken after " + done.get() + " schedules: "
                        + (broken.getCause() == null
                                ? broken
                                : broken.getCause().getMessage()));
                return 1;
            }
        }
        System.err.println();
        System.out.println(String.format(
                Locale.ROOT,
                "%,d schedules from seed %d, all promises hold; %,d schedules/s%n"
                        + "kills %,d, stops %,d, partitions given up %,d, lost %,d; records that came again %,d",
                done.get(),
                seed,
                perSecond(),
                totals[0],
                totals[1],
                totals[2],
                totals[3],
                totals[4]));
        return 0;
    }

    private long[] await(Future<long[]> chunk) throws InterruptedException, ExecutionException {
        while (true) {
            tell();
            try {
                return chunk.get(1, TimeUnit.SECONDS);
            } catch (TimeoutException notYet) {
                // Looked at again, so that progress is told while it lasts.
            }
        }
    }

    private void tell() {
        if (System.nanoTime() - toldAt < TELL_NANOS) {
            return;
        }
        toldAt = System.nanoTime();
        var perSecond = Math.max(1, perSecond());
        System.err.print(String.format(
                Locale.ROOT,
                "\r%,d of %,d schedules, %,d/s, %d s left  ",
                done.get(),
                schedules,
                perSecond,
                (schedules - done.get()) / perSecond));
    }

    private long perSecond() {
        return Math.round(done.get() / Math.max(1e-3, (System.nanoTime() - began) / 1e9));
    }

    private List<Chunk> chunks() {
        var sources = only == null ? Source.values() : new Source[] {only};
        var chunks = new ArrayList<Chunk>();
        for (var at = 0L; at < schedules; at += (long) CHUNK * sources.length) {
            var left = schedules - at;
            for (var i = 0; i < sources.length; i++) {
                var share = (int) Math.min(CHUNK, (left - i + sources.length - 1) / sources.length);
                if (share > 0) {
                    chunks.add(new Chunk(sources[i], seed + at / sources.length, share));
                }
            }
        }
        return chunks;
    }
}
