package dev.sluice.engine;

import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

/** How busy the machine's CPUs are, asked for once a second at most, since asking costs more than deciding. */
final class CpuLoad implements DoubleSupplier {
    private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final DoubleSupplier machine;
    private long askedNanos = System.nanoTime();
    private double load;

    /**
     * Looks for the first time, which takes longer than any event loop may be held.
     *
     * @param machine how busy it is, from 0 to 1; negative where it can't be told
     */
    CpuLoad(DoubleSupplier machine) {
        this.machine = machine;
        load = ask();
    }

    /** Of the machine that this process runs on. */
    static CpuLoad ofMachine() {
        return new CpuLoad(
                ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean bean
                        ? bean::getCpuLoad
                        : () -> 0);
    }

    /** From 0 to 1; 0 where it can't be told. */
    @Override
    public synchronized double getAsDouble() {
        var now = System.nanoTime();
        if (now - askedNanos >= EVERY_NANOS) {
            askedNanos = now;
            load = ask();
        }
        return load;
    }

    private double ask() {
        var told = machine.getAsDouble();
        return told > 0 ? Math.min(1, told) : 0;
    }
}
