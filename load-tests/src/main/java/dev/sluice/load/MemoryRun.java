package dev.sluice.load;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;

/**
 * One run of the memory scenario: publish behind a stopped function until the engine takes no more, hold, release, and
 * compare what arrived with what was acknowledged.
 */
final class MemoryRun {
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
    /** Without a new acknowledgement for so long the engine counts as full. */
    private static final Duration FULL_AFTER = Duration.ofSeconds(3);

    private static final Duration STALLED_AFTER = Duration.ofSeconds(60);
    private static final int FLAT_MIB = 16;

    private final Lab lab;
    private final int events;
    private final int heapMib;
    private final int holdSeconds;
    private final PrintStream progress;
    private final Path gate;
    private final Path ledger;
    private final Path collections;
    private final Heap heap;
    private int heapFilling = -1;
    private int heapHeld = -1;
    private int heapHeldLater = -1;
    private int heapReleased = -1;

    MemoryRun(Lab lab, int events, int heapMib, int holdSeconds, PrintStream progress) {
        this.lab = lab;
        this.events = events;
        this.heapMib = heapMib;
        this.holdSeconds = holdSeconds;
        this.progress = progress;
        gate = lab.file("gate");
        ledger = lab.file("ledger");
        collections = lab.file("gc.log");
        heap = new Heap(collections);
    }

    MemoryResult run() throws IOException, InterruptedException {
        var flags = List.of("-Xmx" + heapMib + "m", "-XX:+ExitOnOutOfMemoryError", Heap.flag(collections));
        var engine = ServerProcess.engine(lab, manifest(), flags);
        var started = System.nanoTime();
        try (var publishers = new Publishers(engine.ingress(), "/topics/load", SampleEvent.dataBytes(), events)) {
            publishers.start();
            fill(engine, publishers);
            var behindStopped = publishers.acknowledged();
            hold(engine, publishers);
            Files.createFile(gate);
            drain(engine, publishers);
            var seconds = (System.nanoTime() - started) / 1e9;
            engine.mustRun();
            engine.stop();
            return compare(publishers, behindStopped, seconds);
        }
    }

    private String manifest() {
        return String.format(Locale.ROOT, """
            apiVersion: sluice.dev/v1
            kind: Function
            metadata: {name: gate}
            spec:
              handler: dev.sluice.load.handler.Gate
              config: {gate: "%s", ledger: "%s"}
              concurrency: 256
              scaling: {policy: fixed, max: 1}
              timeout: PT12H
            ---
            apiVersion: sluice.dev/v1
            kind: Trigger
            metadata: {name: gate}
            spec:
              topic: {name: load, group: gate, start: earliest, order: key}
              function: gate
              delivery: {timeout: PT12H}
            """, gate, ledger);
    }

    /** Until the engine takes no more, or all is published. */
    private void fill(ServerProcess engine, Publishers publishers) throws IOException, InterruptedException {
        var last = -1L;
        var since = System.nanoTime();
        while (publishers.running() && System.nanoTime() - since < FULL_AFTER.toNanos()) {
            look("stopped, filling", engine, publishers);
            heapFilling = Math.max(heapFilling, heap.maxSince());
            if (publishers.acknowledged() != last) {
                last = publishers.acknowledged();
                since = System.nanoTime();
            }
        }
    }

    /** Stays full, in two halves whose heaps are compared; a full collection before each look leaves what is alive. */
    private void hold(ServerProcess engine, Publishers publishers) throws IOException, InterruptedException {
        for (var second = 0; second < holdSeconds; second++) {
            engine.collectGarbage(lab);
            look("stopped, full", engine, publishers);
            var alive = heap.maxSince();
            if (second < holdSeconds / 2) {
                heapHeld = Math.max(heapHeld, alive);
            } else {
                heapHeldLater = Math.max(heapHeldLater, alive);
            }
        }
    }

    /** Until all is acknowledged and has arrived, or nothing moves any more. */
    private void drain(ServerProcess engine, Publishers publishers) throws IOException, InterruptedException {
        var last = -1L;
        var since = System.nanoTime();
        while (System.nanoTime() - since < STALLED_AFTER.toNanos()) {
            look("released", engine, publishers);
            heapReleased = Math.max(heapReleased, heap.maxSince());
            var arrivedBytes = Files.exists(ledger) ? Files.size(ledger) : 0;
            if (!publishers.running() && arrived().cardinality() >= publishers.acknowledged()) {
                return;
            }
            if (arrivedBytes + publishers.acknowledged() != last) {
                last = arrivedBytes + publishers.acknowledged();
                since = System.nanoTime();
            }
        }
    }

    private void look(String phase, ServerProcess engine, Publishers publishers)
            throws IOException, InterruptedException {
        Thread.sleep(LOOK_EVERY.toMillis());
        engine.mustRun();
        publishers.mustBeWell();
        progress.printf(
                "%-16s  acknowledged %,d of %,d  refused %,d%n",
                phase, publishers.acknowledged(), events, publishers.refused429() + publishers.refused503());
    }

    private BitSet arrived() throws IOException {
        var arrived = new BitSet(events);
        if (Files.exists(ledger)) {
            try (var lines = Files.lines(ledger)) {
                lines.filter(line -> !line.isEmpty()).forEach(line -> arrived.set(Integer.parseInt(line)));
            }
        }
        return arrived;
    }

    private MemoryResult compare(Publishers publishers, long behindStopped, double seconds) throws IOException {
        var arrived = arrived();
        var lost = 0;
        for (var event = 0; event < events; event++) {
            if (publishers.acknowledged(event) && !arrived.get(event)) {
                lost++;
            }
        }
        long lines;
        try (var all = Files.lines(ledger)) {
            lines = all.count();
        }
        return new MemoryResult(
                events,
                heapMib,
                publishers.acknowledged(),
                behindStopped,
                publishers.refused429(),
                publishers.refused503(),
                publishers.broken(),
                lines,
                lines - arrived.cardinality(),
                lost,
                new MemoryResult.HeapMib(heapFilling, heapHeld, heapHeldLater, heapReleased),
                heapHeldLater <= heapHeld + FLAT_MIB,
                seconds);
    }
}
