package dev.sluice.cloudevents.http;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.net.SocketAddress;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;
import reactor.netty.resources.ConnectionPoolMetrics;
import reactor.netty.resources.ConnectionProvider;

/** The handles of {@link ClientMeter}, resolved once; and the count of sends in flight, which is also their limit. */
final class ClientMeters implements ConnectionProvider.MeterRegistrar {
    private final Map<Outcome, Timer> sends = new EnumMap<>(Outcome.class);
    private final AtomicInteger inFlight = new AtomicInteger();
    /** One for each sink with connections; they come and go with its pool. */
    private final Map<String, ConnectionPoolMetrics> pools = new ConcurrentHashMap<>();

    ClientMeters(MeterRegistry registry) {
        for (Outcome outcome : Outcome.values()) {
            sends.put(
                    outcome,
                    Timer.builder(ClientMeter.SENDS.info().name())
                            .description(ClientMeter.SENDS.info().description())
                            .tag("outcome", outcome.tag())
                            .register(registry));
        }
        gauge(registry, ClientMeter.IN_FLIGHT, meters -> meters.inFlight.get());
        gauge(registry, ClientMeter.CONNECTIONS, meters -> meters.sum(ConnectionPoolMetrics::allocatedSize));
        gauge(registry, ClientMeter.PENDING, meters -> meters.sum(ConnectionPoolMetrics::pendingAcquireSize));
    }

    /** Counts one more send, unless as many are in flight. */
    boolean enter(int max) {
        if (inFlight.incrementAndGet() > max) {
            inFlight.decrementAndGet();
            return false;
        }
        return true;
    }

    void left() {
        inFlight.decrementAndGet();
    }

    void ended(Outcome outcome, long nanos) {
        Objects.requireNonNull(sends.get(outcome)).record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void registerMetrics(String name, String id, SocketAddress sink, ConnectionPoolMetrics pool) {
        pools.put(id, pool);
    }

    @Override
    public void deRegisterMetrics(String name, String id, SocketAddress sink) {
        pools.remove(id);
    }

    private int sum(ToIntFunction<ConnectionPoolMetrics> figure) {
        return pools.values().stream().mapToInt(figure).sum();
    }

    private void gauge(MeterRegistry registry, ClientMeter meter, ToDoubleFunction<ClientMeters> value) {
        Gauge.builder(meter.info().name(), this, value)
                .description(meter.info().description())
                .baseUnit(meter.info().unit())
                .strongReference(true)
                .register(registry);
    }
}
