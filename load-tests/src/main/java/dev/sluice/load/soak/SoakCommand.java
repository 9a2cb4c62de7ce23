package dev.sluice.load.soak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Does harm to real engines and a real Kafka under load, and proves by ledgers what was lost, doubled or out of order.
 */
@Command(
        name = "soak",
        subcommands = FilesCommand.class,
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Does harm to real engines and a real Kafka under load, in rounds, and checks by ledgers that no acknowledged",
            "event is lost, none is doubled beyond the bound, and none of a key runs before an earlier one.",
            "Exits with 1 when a promise does not hold or a scenario could not be carried out."
        })
public final class SoakCommand implements Callable<Integer> {
    private static final int START_SECONDS = 30;

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "SCENARIO", description = "What to do; all when none is named: see docs/soak.md.")
    private List<String> names = new ArrayList<>();

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "10",
            description = "Rounds of each scenario (${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "5000",
            description = "Events published per second (${DEFAULT-VALUE}).")
    private int rate;

    @Option(names = "--seed", paramLabel = "N", description = "Repeats the random numbers of an earlier soak.")
    private @Nullable Long seed;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes the report as JSON.")
    private @Nullable Path json;

    @Option(names = "--picture", paramLabel = "FILE.svg", description = "Draws throughput and lag over time.")
    private @Nullable Path picture;

    /** Does the scenarios one after another; the report is written even when some fail. */
    @Override
    public Integer call() throws IOException {
        if (rounds < 1 || rate < 1) {
            throw new ParameterException(commandLine(), "--rounds and --rate must be at least 1");
        }
        var trials = trials();
        var tried = tryOut(trials);
        if (!trials.isEmpty() && names.isEmpty()) {
            return tried;
        }
        var chosen = chosen();
        var planned = chosen.stream()
                .mapToInt(scenario -> START_SECONDS + rounds * scenario.secondsPerRound())
                .sum();
        var progress = new Progress(System.err, Duration.ofSeconds(planned));
        var runner = new SoakRunner(progress, Load.of(rate));
        var first = seed == null ? ThreadLocalRandom.current().nextLong(1_000_000_000) : seed;
        var outcomes = new ArrayList<Outcome>();
        var failures = new ArrayList<String>();
        for (var scenario : chosen) {
            try {
                outcomes.add(runner.run(scenario, rounds, first));
            } catch (SoakException e) {
                failures.add(e.getMessage());
            }
            write(outcomes);
        }
        System.out.print(outcomes.isEmpty() ? "" : SoakReport.table(outcomes));
        outcomes.forEach(
                outcome -> outcome.broken().forEach(what -> System.out.println(outcome.scenario() + ": " + what)));
        failures.forEach(System.err::println);
        var allHold = outcomes.stream().allMatch(outcome -> outcome.broken().isEmpty());
        return failures.isEmpty() && allHold ? tried : 1;
    }

    private void write(List<Outcome> outcomes) throws IOException {
        if (json != null) {
            Files.writeString(json, SoakReport.json(outcomes));
        }
        if (picture != null) {
            Files.writeString(picture, SoakPicture.svg(outcomes));
        }
    }

    /** Takes those of the names that are trials out of them. */
    private List<Trial> trials() {
        var all = Map.<String, Supplier<Trial>>of(
                "schedule-kill",
                ScheduleKill::new,
                "schedules",
                ScheduleCrowd::new,
                "clock",
                ClockJumps::new,
                "overload",
                Overload::new);
        var chosen = new ArrayList<Trial>();
        var rest = new ArrayList<String>();
        for (var name : names) {
            var made = all.get(name);
            if (made == null) {
                rest.add(name);
            } else {
                chosen.add(made.get());
            }
        }
        names = rest;
        return chosen;
    }

    private int tryOut(List<Trial> trials) {
        var code = 0;
        for (var trial : trials) {
            try {
                var result = trial.run(rounds, new Progress(System.err, Duration.ZERO));
                result.figures().forEach(figure -> System.out.println(trial.name() + ": " + figure));
                result.broken().forEach(what -> System.out.println(trial.name() + " broke a promise: " + what));
                code = result.broken().isEmpty() ? code : 1;
            } catch (Exception e) {
                System.err.println(trial.name() + " was not carried out: " + e);
                code = 1;
            }
        }
        return code;
    }

    private List<Scenario> chosen() {
        var all = all();
        var chosen = new ArrayList<Scenario>();
        for (var name : names.isEmpty() ? List.copyOf(all.keySet()) : names) {
            var made = all.get(name);
            if (made == null) {
                throw new ParameterException(
                        commandLine(),
                        "there is no scenario '" + name + "': it must be one of " + String.join(", ", all.keySet())
                                + ", schedule-kill, schedules, clock, overload");
            }
            made.forEach(scenario -> chosen.add(scenario.get()));
        }
        return chosen;
    }

    private CommandLine commandLine() {
        return Objects.requireNonNull(spec).commandLine();
    }

    private static Map<String, List<Supplier<Scenario>>> all() {
        var all = new LinkedHashMap<String, List<Supplier<Scenario>>>();
        all.put("engine-kill", List.of(EngineKill::new));
        all.put("http-kill", List.of(HttpKill::new));
        all.put("broker-kill", List.of(BrokerKill::alone));
        all.put("both-kill", List.of(BrokerKill::withEngine));
        all.put(
                "rebalance",
                List.of(
                        () -> new Rebalance(Rebalance.Protocol.EAGER),
                        () -> new Rebalance(Rebalance.Protocol.COOPERATIVE),
                        () -> new Rebalance(Rebalance.Protocol.CONSUMER)));
        all.put("order", List.of(Order::ofManyKeys, Order::ofAHotKey));
        all.put("partition", List.of(Partition::new));
        all.put("rolling-restart", List.of(RollingRestart::new));
        all.put("poison", List.of(Poison::new));
        all.put("dead-letter-down", List.of(DeadLetterDown::new));
        all.put("redrive", List.of(Redrive::new));
        return all;
    }
}
