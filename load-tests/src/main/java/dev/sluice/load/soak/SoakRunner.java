package dev.sluice.load.soak;

import dev.sluice.broker.kafka.server.KafkaCluster;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Carries a scenario out: its Kafka, its stage, its rounds, and what they prove. */
final class SoakRunner {
    private final Progress progress;
    private final Load load;

    SoakRunner(Progress progress, Load load) {
        this.progress = progress;
        this.load = load;
    }

    /**
     * Does so many rounds of the scenario, on the random numbers of the seed. When a promise does not hold, or the
     * scenario can't be carried out, the ledgers and logs are kept.
     *
     * @throws SoakException when the scenario could not be carried out
     */
    Outcome run(Scenario scenario, int rounds, long seed) throws IOException {
        progress.say(scenario.name() + ": seed " + seed);
        var began = System.nanoTime();
        try (scenario;
                var place = new Workplace()) {
            try (var kafka = KafkaCluster.start(scenario.kafka());
                    var stage = new Stage(place, kafka, load, new Random(seed), progress, "soak")) {
                scenario.run(stage, rounds);
                stage.finish();
                var took = Duration.ofNanos(System.nanoTime() - began);
                var outcome = new Outcome(
                        scenario.name(),
                        rounds,
                        seed,
                        stage.watch().verdict(),
                        stage.unanswered(),
                        stage.others(),
                        stage.readyMillis(),
                        stage.watch().samples(),
                        took);
                if (!outcome.broken().isEmpty()) {
                    tell(outcome, place);
                }
                return outcome;
            } catch (Exception e) {
                place.keep();
                throw new SoakException(
                        scenario.name() + " with seed " + seed + " was not carried out (what is left of it is in "
                                + place.folder() + "): " + e.getMessage(),
                        e);
            }
        }
    }

    private void tell(Outcome outcome, Workplace place) {
        place.keep();
        var lines = new ArrayList<String>(
                List.of(outcome.scenario() + " with seed " + outcome.seed() + " broke promises:"));
        lines.addAll(outcome.broken());
        lines.addAll(outcome.verdict().examples());
        lines.add("ledgers and logs: " + place.folder());
        lines.forEach(progress::say);
    }
}
