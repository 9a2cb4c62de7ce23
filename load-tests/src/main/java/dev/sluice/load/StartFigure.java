package dev.sluice.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * P16: from exec to the line that says ready, on a broker in memory, with an archive of loaded classes as the launcher
 * records one, by the same without. A round is the median of a few starts; nothing is warmed up, since a start is what
 * warms up, but each side starts once before it counts, so that the files are in memory for both.
 */
final class StartFigure implements Figure {
    private static final int STARTS = 5;
    private static final Duration START = Duration.ofSeconds(1);
    private static final Duration RECORDING = Duration.ofSeconds(8);
    private static final int RECORDING_SECONDS_MAX = 120;
    /** From this version on the JVM keeps linked classes and profiles as well. */
    private static final int AOT_CACHE_JAVA = 25;

    private static final String MANIFEST = """
            apiVersion: sluice.dev/v1
            kind: Function
            metadata: {name: nothing}
            spec: {handler: dev.sluice.load.handler.Nothing}
            ---
            apiVersion: sluice.dev/v1
            kind: Trigger
            metadata: {name: reader}
            spec: {topic: load, function: nothing}
            """;

    @Override
    public String id() {
        return "P16";
    }

    @Override
    public String what() {
        return "start with an archive of classes / without";
    }

    @Override
    public Duration planned(Plan plan) {
        return RECORDING.plus(START.multipliedBy(2L * (1 + (long) STARTS * plan.rounds())));
    }

    @Override
    public List<Row> measure(Lab lab, Plan plan, Progress progress) throws IOException, InterruptedException {
        progress.step("P16 recording", RECORDING);
        var archive = lab.file("start.archive");
        var manifest = lab.write("start.yaml", MANIFEST);
        record(lab, archive);
        var with = List.of(aotCache() ? "-XX:AOTCache=" + archive : "-XX:SharedArchiveFile=" + archive);
        start(lab, manifest, with);
        start(lab, manifest, List.of());
        var rounds = new ArrayList<Round>();
        for (var round = 1; round <= plan.rounds(); round++) {
            progress.step("P16 round " + round + " of " + plan.rounds(), START.multipliedBy(2L * STARTS));
            var engine = new double[STARTS];
            var peer = new double[STARTS];
            for (var i = 0; i < STARTS; i++) {
                engine[i] = start(lab, manifest, with);
                peer[i] = start(lab, manifest, List.of());
            }
            rounds.add(new Round(Statistics.median(engine), Statistics.median(peer)));
        }
        return List.of(new Row(id(), what(), "ms", Aim.atMost(0.5), rounds));
    }

    private static boolean aotCache() {
        return Runtime.version().feature() >= AOT_CACHE_JAVA;
    }

    private static void record(Lab lab, Path archive) throws IOException, InterruptedException {
        var flag = (aotCache() ? "-XX:AOTCacheOutput=" : "-XX:ArchiveClassesAtExit=") + archive;
        var command = Lab.java(List.of(flag), "dev.sluice.server.Main", List.of("rehearse"));
        var log = lab.file("rehearse.log");
        var process =
                lab.start(new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()));
        if (!process.waitFor(RECORDING_SECONDS_MAX, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new BenchException("no archive could be recorded: " + Files.readString(log));
        }
    }

    /** Milliseconds from exec to the ready line; the process is gone when this returns. */
    private static double start(Lab lab, Path manifest, List<String> flags) throws IOException, InterruptedException {
        var args = List.of("run", "-f", manifest.toString(), "--port", "0", "--admin-port", "0");
        var command = Lab.java(flags, "dev.sluice.server.Main", args);
        var began = System.nanoTime();
        var engine = ServerProcess.start(lab, "start", command);
        var took = System.nanoTime() - began;
        engine.kill();
        return took / 1e6;
    }
}
