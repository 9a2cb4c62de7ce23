package dev.sluice.trigger.schedule;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.function.ToDoubleFunction;

/** Every meter of this module: what the code registers and the documentation's table lists. */
enum ScheduleMeters {
    SCHEDULES("sluice.schedules", "gauge", "schedules", "schedules that this engine fires"),
    FIRED("sluice.schedules.fired", "counter", "events", "events of schedules that were stored"),
    LATENESS("sluice.schedules.lateness", "timer", "seconds", "from when an event was due to when it was stored"),
    DROPPED(
            "sluice.schedules.dropped",
            "counter",
            "events",
            "times that were missed and are not fired, by the schedule's policy or beyond 100"),
    FAILURES("sluice.schedules.failures", "counter", "commits", "commits that failed; tried again");

    final String id;
    final String type;
    final String unit;
    final String description;

    ScheduleMeters(String id, String type, String unit, String description) {
        this.id = id;
        this.type = type;
        this.unit = unit;
        this.description = description;
    }

    Counter counter(MeterRegistry registry, String broker) {
        return Counter.builder(id)
                .tags("broker", broker)
                .baseUnit(unit)
                .description(description)
                .register(registry);
    }

    Timer timer(MeterRegistry registry, String broker) {
        return Timer.builder(id).tags("broker", broker).description(description).register(registry);
    }

    <T> Gauge gauge(MeterRegistry registry, String broker, T thing, ToDoubleFunction<T> value) {
        return Gauge.builder(id, thing, value)
                .tags("broker", broker)
                .baseUnit(unit)
                .description(description)
                .register(registry);
    }
}
