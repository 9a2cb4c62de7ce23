package dev.sluice.load;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * All that can be measured: the goals, and what stands beside them without being one: other engines, and peers with
 * the engine's own settings of sockets and loops.
 *
 * @param goals in the order of their numbers as they are listed
 * @param peers in the order of the goals that they stand beside
 */
record Figures(List<Figure> goals, List<Figure> peers) {
    private static final String GOALS = "goals";
    private static final String PEERS = "peers";

    /**
     * What was asked for.
     *
     * @param figures each once
     * @param ids of the rows that are meant
     */
    record Choice(List<Figure> figures, Set<String> ids) {}

    static Figures on(KafkaGround ground) {
        var goals = List.of(
                HttpFigure.publish(),
                HttpFigure.structured(),
                new DecodeFigure(),
                new KafkaPublishFigure(ground),
                ReadFigure.function(ground),
                ReadFigure.batch(ground),
                new SlowFigure(ground),
                new ParallelConsumerFigure(ground),
                new LatencyFigure(ground),
                ReadFigure.order(ground),
                ReadFigure.slots(ground),
                new BurstRow(),
                HttpFigure.call(),
                new MemoryRow(),
                new StartFigure(),
                new GroupFigure(),
                new FleetFigure(ground),
                new BlockedKeyFigure(ground));
        return new Figures(goals, peers(ground));
    }

    private static List<Figure> peers(KafkaGround ground) {
        var one = new ReadFigure.Mode("engine", "key", "CountedNothing", 256, Map.of());
        var batches = new ReadFigure.Mode("engine", "key", "CountedBatch", ReadFigure.BATCHES, Map.of());
        var slow = new ReadFigure.Mode("engine", "key", "Slow", 100, Map.of("millis", "20"));
        return List.of(
                HttpFigure.publishBesideTuned(),
                HttpFigure.publishBesideVertx(),
                ReadFigure.function(ground).besideTuned(),
                new OtherEngineFigure(
                        "P5-spring-cloud-stream",
                        "no-op function / Spring Cloud Stream",
                        one,
                        OtherEngine.springCloudStream("record", KafkaGround.PARTITIONS, 0),
                        ground),
                new OtherEngineFigure(
                        "P5-smallrye", "no-op function / SmallRye", one, OtherEngine.smallRye("record"), ground),
                ReadFigure.batch(ground).besideTuned(),
                new OtherEngineFigure(
                        "P6-spring-cloud-stream",
                        "no-op batch function / Spring Cloud Stream",
                        batches,
                        OtherEngine.springCloudStream("batch", KafkaGround.PARTITIONS, 0),
                        ground),
                new OtherEngineFigure(
                        "P6-smallrye",
                        "no-op batch function / SmallRye",
                        batches,
                        OtherEngine.smallRye("batch"),
                        ground),
                new OtherEngineFigure(
                        "P8-spring-cloud-stream",
                        "100 x 20 ms / Spring Cloud Stream",
                        slow,
                        OtherEngine.springCloudStream("slow", KafkaGround.PARTITIONS, 20),
                        ground),
                HttpFigure.callBesideTuned(),
                HttpFigure.callBesideVertx(),
                HttpFigure.callBesideSpringCloudFunction());
    }

    /** Names of figures, {@code goals} and {@code peers}; all goals when there is no name. */
    Choice choose(List<String> names) {
        var figures = new LinkedHashSet<Figure>();
        var ids = new LinkedHashSet<String>();
        for (var name : names.isEmpty() ? List.of(GOALS) : names) {
            if (name.equalsIgnoreCase(GOALS) || name.equalsIgnoreCase(PEERS)) {
                var all = name.equalsIgnoreCase(GOALS) ? goals : peers;
                figures.addAll(all);
                all.forEach(figure -> ids.addAll(figure.ids()));
            } else {
                var id = ids().stream()
                        .filter(name::equalsIgnoreCase)
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException("there is no figure '" + name
                                + "': it must be one of " + String.join(", ", ids()) + ", " + GOALS + ", " + PEERS));
                ids.add(id);
                figures.add(figureOf(id));
            }
        }
        return new Choice(List.copyOf(figures), ids);
    }

    private List<String> ids() {
        var ids = new ArrayList<String>();
        goals.forEach(figure -> ids.addAll(figure.ids()));
        peers.forEach(figure -> ids.addAll(figure.ids()));
        return ids;
    }

    private Figure figureOf(String id) {
        return (peers.stream().anyMatch(figure -> figure.ids().contains(id)) ? peers : goals)
                .stream()
                        .filter(figure -> figure.ids().contains(id))
                        .findFirst()
                        .orElseThrow();
    }
}
