package dev.sluice.load;

import com.sun.management.ThreadMXBean;
import io.cloudevents.CloudEvent;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;

/**
 * What decoding an event costs, by what the CloudEvents SDK takes for it: CPU time and bytes allocated, of this thread
 * alone, so that other work on the machine shows little. Without and with every getter called afterwards.
 */
final class DecodeFigure implements Figure {
    private static final Aim LAZY = Aim.atMost(0.4);
    private static final Aim READ = Aim.atMost(0.7);
    private static final int FIGURES = 6;
    private static final int CALLS_PER_LOOK = 256;

    /** What one decoding took, on average, and a sum over all that was read, which keeps the reading alive. */
    private record Cost(double nanos, double bytes, int sum) {}

    private record Loop(String name, Supplier<CloudEvent> decode, ToIntFunction<CloudEvent> read)
            implements Duel.Side<Cost> {
        @Override
        public void warmUp(Duration time) {
            measure(time);
        }

        @Override
        public Cost measure(Duration time) {
            var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            var end = System.nanoTime() + time.toNanos();
            var calls = 0L;
            var sum = 0;
            var bytes = threads.getCurrentThreadAllocatedBytes();
            var cpu = threads.getCurrentThreadCpuTime();
            while (System.nanoTime() < end) {
                for (var i = 0; i < CALLS_PER_LOOK; i++) {
                    sum += read.applyAsInt(decode.get());
                }
                calls += CALLS_PER_LOOK;
            }
            var nanos = threads.getCurrentThreadCpuTime() - cpu;
            var allocated = threads.getCurrentThreadAllocatedBytes() - bytes;
            return new Cost((double) nanos / calls, (double) allocated / calls, sum);
        }
    }

    @Override
    public String id() {
        return "P3";
    }

    @Override
    public String what() {
        return "decode a 1 KiB event / the CloudEvents SDK";
    }

    @Override
    public Duration planned(Plan plan) {
        return plan.total().multipliedBy(FIGURES);
    }

    @Override
    public List<Row> measure(Lab lab, Plan plan, Progress progress) throws IOException, InterruptedException {
        var decoders = new Decoders();
        ToIntFunction<CloudEvent> untouched = System::identityHashCode;
        var rows = new ArrayList<Row>();
        for (var read : List.of(false, true)) {
            var reader = read ? (ToIntFunction<CloudEvent>) Decoders::readAll : untouched;
            var binary = duel("binary", read, decoders::binary, decoders::sdkBinary, reader);
            var structured = duel("structured", read, decoders::structured, decoders::sdkStructured, reader);
            var kafka = duel("Kafka headers", read, decoders::kafka, decoders::sdkKafka, reader);
            for (var duel : List.of(binary, structured, kafka)) {
                rows.addAll(rows(duel, duel.run(plan, progress), read ? READ : LAZY));
            }
        }
        return rows;
    }

    private Duel<Cost> duel(
            String mode,
            boolean read,
            Supplier<CloudEvent> engine,
            Supplier<CloudEvent> peer,
            ToIntFunction<CloudEvent> reader) {
        var name = mode + (read ? ", every getter" : "");
        return new Duel<>(id(), new Loop("decode " + name, engine, reader), new Loop("SDK " + name, peer, reader));
    }

    private List<Row> rows(Duel<Cost> duel, List<Duel.Turn<Cost>> turns, Aim aim) {
        var name = duel.engine().name() + " / SDK, ";
        return List.of(
                new Row(id(), name + "CPU", "ns", aim, rounds(turns, Cost::nanos)),
                new Row(id(), name + "allocated", "bytes", aim, rounds(turns, Cost::bytes)));
    }

    private static List<Round> rounds(List<Duel.Turn<Cost>> turns, Function<Cost, Double> part) {
        return turns.stream()
                .map(turn -> new Round(part.apply(turn.engine()), part.apply(turn.peer())))
                .toList();
    }
}
