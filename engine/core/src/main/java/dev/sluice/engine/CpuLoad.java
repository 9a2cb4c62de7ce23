package dev.sluice.engine;

import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

/** How busy the machine's CPUs are, asked for once a second at most, since asking costs more than deciding. */
final class CpuLoad implements DoubleSupplier {
    private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private long askedNanos = System.nanoTime() - EVERY_NANOS;
    private double load;

    /** From 0 to 1; 0 where it can't be told. */
    @Override
    public synchronized double getAsDouble() {
        var now = System.nanoTime();
        if (now - askedNanos >= EVERY_NANOS) {
            askedNanos = now;
            load = ManagementFactory.getOperatingSystemMXBean()
                            instanceof com.sun.management.OperatingSystemMXBean machine
                    ? Math.max(0, Math.min(1, machine.getCpuLoad()))
                    : 0;
        }
        return load;
    }
}
