package dev.sluice.server;

import dev.sluice.broker.Broker;
import dev.sluice.server.manifest.ScheduleManifest;
import dev.sluice.trigger.schedule.Schedule;
import dev.sluice.trigger.schedule.ScheduleStatus;
import dev.sluice.trigger.schedule.Scheduler;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The node's schedules: of each broker that has any, one scheduler. */
final class NodeSchedules {
    /** A node without any. */
    static final NodeSchedules NONE = new NodeSchedules(Map.of());

    private static final Logger LOG = LoggerFactory.getLogger(NodeSchedules.class);
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(6);
    private static final int BROKERS_AT_ONCE = 16;

    private final Map<String, Scheduler> schedulers;

    private NodeSchedules(Map<String, Scheduler> schedulers) {
        this.schedulers = schedulers;
    }

    /**
     * A schedule and who fires it.
     *
     * @param scheduler that of its broker
     */
    record Found(Schedule schedule, Scheduler scheduler) {}

    /** Begins to fire, once the control topics of the brokers can be reached. */
    static NodeSchedules start(
            List<ScheduleManifest> manifests, Function<String, Broker> brokers, MeterRegistry registry) {
        var byBroker = manifests.stream()
                .collect(Collectors.groupingBy(
                        manifest -> manifest.topic().broker(),
                        LinkedHashMap::new,
                        Collectors.mapping(ScheduleManifest::schedule, Collectors.toList())));
        var schedulers = new LinkedHashMap<String, Scheduler>();
        byBroker.forEach((broker, schedules) ->
                schedulers.put(broker, Scheduler.start(brokers.apply(broker), schedules, Clock.systemUTC(), registry)));
        return new NodeSchedules(schedulers);
    }

    /** All of them by name, with the states that the brokers have now. */
    Mono<List<ScheduleStatus>> statuses() {
        return Flux.fromIterable(schedulers.values())
                .flatMap(Scheduler::statuses, BROKERS_AT_ONCE)
                .flatMapIterable(statuses -> statuses)
                .sort(Comparator.comparing(ScheduleStatus::name))
                .collectList();
    }

    /** Why this node has no part in firing them, a sentence for each broker where that is so. */
    List<String> troubles() {
        return schedulers.entrySet().stream()
                .filter(each -> !each.getValue().trouble().isEmpty())
                .map(each -> "the schedules of broker '" + each.getKey() + "' can't be shared out: "
                        + each.getValue().trouble())
                .toList();
    }

    /** The schedule of that name; null when there is none. */
    @Nullable
    Found find(String name) {
        for (var scheduler : schedulers.values()) {
            var schedule = scheduler.schedule(name);
            if (schedule != null) {
                return new Found(schedule, scheduler);
            }
        }
        return null;
    }

    /** Fires nothing more. Blocks up to 6 s. Idempotent. */
    void close() {
        Collection<Mono<Void>> closing =
                schedulers.values().stream().map(Scheduler::close).toList();
        Mono.whenDelayError(closing)
                .timeout(CLOSE_PATIENCE)
                .onErrorResume(error -> {
                    LOG.atWarn().log("the schedules did not end cleanly: {}", error.toString());
                    return Mono.empty();
                })
                .block();
    }
}
