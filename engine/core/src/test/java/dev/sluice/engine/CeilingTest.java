package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.engine.scaling.DemandPolicy;
import dev.sluice.engine.scaling.Reason;
import dev.sluice.engine.scaling.ScaleLimits;
import dev.sluice.function.FunctionConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Random;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** What all functions of an engine together may have, and how they share it. */
class CeilingTest {
    private static final long MIB = 1 << 20;

    private final Ceiling ceiling = new Ceiling(new EngineOptions.Ceilings(100, 400, 64 * MIB));

    private static FunctionSpec function(String name, int min, int concurrency, long memory) {
        var limits = new ScaleLimits(
                min, 1_000, concurrency, Duration.ofSeconds(10), Duration.ofSeconds(60), 0, Duration.ofMinutes(1));
        return new FunctionSpec(
                        name,
                        Fixtures.reactive(text -> Mono.never()),
                        Math.max(1, min),
                        concurrency,
                        Duration.ofMinutes(1),
                        BatchPolicy.DEFAULT,
                        FunctionConfig.EMPTY,
                        new Scaling(new DemandPolicy(), limits))
                .withMemory(memory);
    }

    @Test
    void givesOneFunctionAllThatItWants() {
        var one = ceiling.join(function("one", 0, 1, 0));

        assertThat(ceiling.grant(one, 70, 0).instances()).isEqualTo(70);
        assertThat(ceiling.grant(one, 170, 70).instances()).isEqualTo(100);
        assertThat(ceiling.grant(one, 170, 100).words())
                .isEqualTo("the engine's 100 instances (instances-max) are shared by 1 function");
    }

    @Test
    void givesEachAnEqualPartAndWhatOthersLeaveOfTheirs() {
        var large = ceiling.join(function("large", 0, 1, 0));
        var larger = ceiling.join(function("larger", 0, 1, 0));
        var small = ceiling.join(function("small", 0, 1, 0));
        ceiling.grant(small, 10, 10);
        ceiling.grant(larger, 900, 0);
        ceiling.grant(large, 80, 0);

        assertThat(ceiling.grant(small, 10, 10).instances()).isEqualTo(10);
        assertThat(ceiling.grant(larger, 900, 45).instances()).isEqualTo(45);
        assertThat(ceiling.grant(large, 80, 45).instances()).isEqualTo(45);
    }

    @Test
    void givesNothingOutThatAnotherStillHolds() {
        var first = ceiling.join(function("first", 0, 1, 0));
        var second = ceiling.join(function("second", 0, 1, 0));
        ceiling.grant(first, 100, 100);

        assertThat(ceiling.grant(second, 100, 0).instances()).isZero();
        assertThat(ceiling.grant(first, 100, 100).instances()).isEqualTo(50);
        ceiling.grant(first, 100, 80);
        assertThat(ceiling.grant(second, 100, 0).instances()).isEqualTo(20);
    }

    @Test
    void countsSlotsAndMemoryAsWell() {
        var wide = ceiling.join(function("wide", 0, 100, 0));
        assertThat(ceiling.grant(wide, 9, 0).instances()).isEqualTo(4);
        assertThat(ceiling.grant(wide, 9, 0).words()).contains("400 slots (slots-max)");
        ceiling.leave(wide);

        var heavy = ceiling.join(function("heavy", 0, 1, 10 * MIB));
        assertThat(ceiling.grant(heavy, 9, 0).instances()).isEqualTo(6);
        assertThat(ceiling.grant(heavy, 9, 0).words()).contains("bytes of memory (memory-max)");
    }

    @Test
    void refusesAFunctionWhoseMinIsMoreThanIsLeft() {
        ceiling.join(function("one", 60, 1, 0));

        assertThatThrownBy(() -> ceiling.join(function("two", 41, 1, 0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("function 'two' brings what functions have at least to 101 instances;"
                        + " engine.instances-max is 100");
        assertThatThrownBy(() -> ceiling.join(function("three", 1, 1, 65 * MIB)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("engine.memory-max is 67108864");
    }

    @Test
    void staysBelowEachCeilingAndKeepsEveryMinWhateverIsAsked() {
        var random = new Random(3);
        for (var run = 0; run < 200; run++) {
            var shared = new Ceiling(new EngineOptions.Ceilings(100, 400, 64 * MIB));
            var specs = new ArrayList<FunctionSpec>();
            var shares = new ArrayList<Ceiling.Share>();
            for (var i = 0; i < 1 + random.nextInt(6); i++) {
                var spec = function("fn", random.nextInt(3), 1 + random.nextInt(8), random.nextInt(3) * MIB);
                specs.add(spec);
                shares.add(shared.join(spec));
            }
            var held = specs.stream().mapToInt(FunctionSpec::instancesMin).toArray();
            for (var step = 0; step < 50; step++) {
                var i = random.nextInt(held.length);
                var asked = specs.get(i).instancesMin() + random.nextInt(150);
                held[i] = shared.grant(shares.get(i), asked, held[i]).instances();
                assertThat(held[i]).isBetween(specs.get(i).instancesMin(), asked);
                var instances = 0;
                var slots = 0;
                var memory = 0L;
                for (var j = 0; j < held.length; j++) {
                    instances += held[j];
                    slots += held[j] * specs.get(j).concurrency();
                    memory += held[j] * specs.get(j).memory();
                }
                assertThat(instances).isLessThanOrEqualTo(100);
                assertThat(slots).isLessThanOrEqualTo(400);
                assertThat(memory).isLessThanOrEqualTo(64 * MIB);
            }
        }
    }

    @Test
    void scalerAddsNoMoreThanItsShareAndSaysSo() {
        var plain = TestDispatcher.options(10_000, 32L << 20, 32);
        var options = new EngineOptions(
                1,
                plain.heldBytesMax(),
                10_000,
                32L << 20,
                32,
                new EngineOptions.Ceilings(3, 1_000, MIB),
                plain.onFatal());
        var test = new TestDispatcher(function("fn", 0, 1, 0), Runnable::run, options);
        test.attach(Fixtures.retries(0));
        for (var i = 0; i < 64; i++) {
            test.source.offer("e" + i);
        }
        test.advance(Duration.ofSeconds(2));

        var status = test.dispatcher.scaling();
        assertThat(status.ready()).isEqualTo(3);
        assertThat(status.reason()).isEqualTo(Reason.CEILING);
        assertThat(status.words())
                .startsWith("stays at 3 instances: the engine's 3 instances (instances-max) are shared by 1 function;"
                        + " else ");
    }
}
