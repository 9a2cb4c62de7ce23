package dev.sluice.load;

import com.sun.management.OperatingSystemMXBean;
import dev.sluice.broker.EventSink;
import dev.sluice.broker.Ordering;
import dev.sluice.cloudevents.sql.Filters;
import dev.sluice.engine.AnswerPolicy;
import dev.sluice.engine.BatchPolicy;
import dev.sluice.engine.DeliveryPolicy;
import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineOptions;
import dev.sluice.engine.FunctionCode;
import dev.sluice.engine.FunctionCodeException;
import dev.sluice.engine.FunctionSpec;
import dev.sluice.engine.TriggerSpec;
import dev.sluice.function.FunctionConfig;
import dev.sluice.load.handler.Nothing;
import dev.sluice.trigger.topic.TopicReading;
import io.cloudevents.CloudEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * What an event costs that one of 1,000 triggers of a group wants, by what it costs where there is no other trigger:
 * CPU of this process, from the source to its acceptance. Without a broker; the triggers ask for a type
 * each, and have a function of their own or all the same.
 */
final class GroupFigure implements Figure {
    private static final int TRIGGERS = 1_000;
    private static final int SLOTS = 64;
    private static final int EVENTS = 8_192;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @Override
    public String id() {
        return "P17";
    }

    @Override
    public String what() {
        return "CPU per event, 1,000 triggers in one group / 1 trigger";
    }

    @Override
    public Duration planned(Plan plan) {
        return plan.total().multipliedBy(2);
    }

    @Override
    public List<Row> measure(Lab lab, Plan plan, Progress progress) throws IOException, InterruptedException {
        return List.of(row("a function each", TRIGGERS, plan, progress), row("all on one function", 1, plan, progress));
    }

    private Row row(String how, int functions, Plan plan, Progress progress) throws IOException, InterruptedException {
        var many = new Group("1,000 triggers, " + how, TRIGGERS, functions);
        var rounds = new Duel<>(id(), many, new Group("1 trigger", 1, 1))
                .run(plan, progress).stream()
                        .map(turn -> new Round(turn.engine(), turn.peer()))
                        .toList();
        return new Row(id(), what() + ", " + how, "ns", Aim.atMost(3), rounds);
    }

    /** An engine with so many triggers, which lives as long as a measurement: an idle one costs CPU too. */
    private record Group(String name, int triggers, int functions) implements Duel.Side<Double> {
        @Override
        public void warmUp(Duration time) throws IOException, InterruptedException {
            measure(time);
        }

        @Override
        public Double measure(Duration time) throws IOException, InterruptedException {
            var source = new CountedSource(new Decoders().kafka());
            var engine = start(source);
            try {
                source.deliver(EVENTS);
                var process = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
                var end = System.nanoTime() + time.toNanos();
                var events = 0L;
                var cpu = process.getProcessCpuTime();
                while (System.nanoTime() < end) {
                    source.deliver(EVENTS);
                    events += EVENTS;
                }
                return (double) (process.getProcessCpuTime() - cpu) / events;
            } finally {
                engine.drain(Duration.ofSeconds(1)).block(LIMIT);
            }
        }

        private Engine start(CountedSource source) throws BenchException {
            var wanted = new Decoders().kafka().getType();
            var engine = Engine.create(EngineOptions.defaults(), new SimpleMeterRegistry());
            var reading = new TopicReading(source);
            var specs = new ArrayList<TriggerSpec>();
            for (var i = 0; i < functions; i++) {
                deploy("nothing-" + i, engine);
            }
            for (var i = 0; i < triggers; i++) {
                var type = i == triggers / 2 ? wanted : "com.acme.other-" + i;
                specs.add(spec(i, "nothing-" + i % functions, type, reading));
            }
            specs.forEach(engine::attach);
            return engine;
        }

        private static void deploy(String name, Engine engine) throws BenchException {
            try {
                var code = FunctionCode.of(name, Nothing::new);
                engine.deploy(new FunctionSpec(name, code, 1, SLOTS, LIMIT, BatchPolicy.DEFAULT, FunctionConfig.EMPTY));
            } catch (FunctionCodeException odd) {
                throw new BenchException("the function does not start: " + odd.getMessage());
            }
        }

        private static TriggerSpec spec(int number, String function, String type, TopicReading reading) {
            var name = "reader-" + number;
            var filter = Filters.compile(List.of(Map.of("exact", Map.of("type", type))));
            return new TriggerSpec(
                    name,
                    function,
                    "counted",
                    reading.member(name, function, filter),
                    Ordering.KEY,
                    filter,
                    AnswerPolicy.none(function),
                    DeliveryPolicy.DEFAULT,
                    new NoSink(),
                    1);
        }
    }

    /** Takes dead letters, of which there are none. */
    private record NoSink() implements EventSink {
        @Override
        public String topic() {
            return "none";
        }

        @Override
        public int sizeMaxBytes() {
            return 1 << 20;
        }

        @Override
        public Mono<Void> publish(CloudEvent event, @Nullable String key) {
            return Mono.error(new IllegalStateException("an event failed"));
        }
    }
}
