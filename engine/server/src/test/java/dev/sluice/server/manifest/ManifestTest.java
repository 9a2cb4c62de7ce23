package dev.sluice.server.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.sluice.broker.Ordering;
import dev.sluice.broker.Start;
import dev.sluice.broker.memory.MemoryLimits;
import dev.sluice.engine.Backoff;
import dev.sluice.engine.BatchPolicy;
import dev.sluice.engine.DeliveryPolicy.DeadLetterFailure;
import dev.sluice.engine.Rate;
import dev.sluice.engine.RepeatPolicy;
import dev.sluice.engine.TriggerLimits;
import dev.sluice.engine.WindowPolicy;
import dev.sluice.engine.scaling.ScaleLimits;
import dev.sluice.server.manifest.TriggerManifest.AnswerRoute;
import dev.sluice.server.manifest.TriggerManifest.Mode;
import dev.sluice.server.manifest.TriggerManifest.Reading;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestTest {
    private static final String EXAMPLE = """
            apiVersion: sluice.dev/v1
            kind: Broker
            metadata: {name: default}
            spec: {memory: {partitions: 8, topic-events-max: 5000, topic-bytes-max: 64MiB, send-deadline: PT2S}}
            ---
            apiVersion: sluice.dev/v1
            kind: Function
            metadata: {name: price}
            spec:
              handler: com.acme.Price
              artifact: classes
              config: {currency: EUR, vat: 0.19, rounding: yes}
              concurrency: 16
              timeout: 5s
              batch: {size: 10, within: 200ms, bisect: false}
              window: {size: 20, within: 3s, key: customer, open: 50, bisect: true}
            ---
            apiVersion: sluice.dev/v1
            kind: Trigger
            metadata: {name: price-orders}
            spec:
              topic: {name: orders, group: pricing, start: latest, order: partition}
              filters: [{prefix: {type: com.acme.}}, {exact: {priority: 3}}, {cesql: "EXISTS subject"}, {not: {pattern: {data: {total: [{numeric: ["<", 1.5]}, "3", true]}}}}]
              function: price
              answers: {topic: invoices, type: com.acme.invoice.created, source: /price}
              delivery:
                retry: 7
                backoff-policy: linear
                backoff-delay: 200ms
                backoff-max: 1m
                timeout: 5s
                max-age: 1h
                dead-letter: {topic: {broker: default, name: orders.dead}, knative: true, max-redrives: 5}
                on-dead-letter-failure: stop
              share: 2
              rate: 100/m
              concurrency: 3
              dedupe: {window: 1h, key: type+orderid, entries-max: 5000, bytes-max: 1MiB}
            ---
            apiVersion: sluice.dev/v1
            kind: Server
            spec: {port: 8081, admin-port: 7071, host: localhost, grace: 10s}
            """;

    private static final String FUNCTION_F = """
            apiVersion: sluice.dev/v1
            kind: Function
            metadata: {name: f}
            spec: {handler: com.acme.F}
            """;

    @TempDir
    Path folder;

    @Test
    void readsEveryFieldOfEveryKind() throws Exception {
        Files.createDirectory(folder.resolve("classes"));
        var manifest = read(EXAMPLE);

        assertThat(manifest.warnings()).isEmpty();
        assertThat(manifest.server()).isEqualTo(new ServerManifest(8081, 7071, "localhost", Duration.ofSeconds(10)));
        var limits = ((BrokerManifest.Memory) manifest.brokers().get(0).kind()).limits();
        assertThat(limits.partitions()).isEqualTo(8);
        assertThat(limits.topicEventsMax()).isEqualTo(5_000);
        assertThat(limits.topicBytesMax()).isEqualTo(64L << 20);
        assertThat(limits.sendDeadline()).isEqualTo(Duration.ofSeconds(2));
        var function = manifest.functions().get(0);
        assertThat(function.handler()).isEqualTo("com.acme.Price");
        assertThat(function.artifact()).isEqualTo(folder.resolve("classes"));
        assertThat(function.config().values()).isEqualTo(Map.of("currency", "EUR", "vat", "0.19", "rounding", "yes"));
        assertThat(function.timeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(function.batch()).isEqualTo(new BatchPolicy(10, Duration.ofMillis(200), false));
        assertThat(function.window()).isEqualTo(new WindowPolicy(20, Duration.ofSeconds(3), "customer", 50, true));
        checkTrigger(manifest.triggers().get(0));
    }

    private static void checkTrigger(TriggerManifest trigger) {
        assertThat(trigger.reading())
                .isEqualTo(new Reading(topic("orders"), "pricing", Start.LATEST, Ordering.PARTITION));
        assertThat(trigger.filter().describe())
                .contains("com.acme.")
                .contains("priority")
                .contains("EXISTS subject")
                .contains("{\\\"numeric\\\":[\\\"<\\\",1.5]},\\\"3\\\",true]");
        assertThat(trigger.answers().routes()).containsExactly(new AnswerRoute(null, topic("invoices")));
        assertThat(trigger.answers().type()).isEqualTo("com.acme.invoice.created");
        assertThat(trigger.delivery().retry()).isEqualTo(7);
        assertThat(trigger.delivery().backoff())
                .isEqualTo(new Backoff(Backoff.Policy.LINEAR, Duration.ofMillis(200), Duration.ofMinutes(1)));
        assertThat(trigger.delivery().maxAge()).isEqualTo(Duration.ofHours(1));
        assertThat(trigger.delivery().deadLetterFailure()).isEqualTo(DeadLetterFailure.STOP);
        assertThat(trigger.deadLetters()).isEqualTo(topic("orders.dead"));
        assertThat(trigger.delivery().knative()).isTrue();
        assertThat(trigger.delivery().redrivesMax()).isEqualTo(5);
        assertThat(trigger.share()).isEqualTo(2);
        assertThat(trigger.limits())
                .isEqualTo(new TriggerLimits(
                        new Rate(100, Duration.ofMinutes(1)),
                        3,
                        new RepeatPolicy(Duration.ofHours(1), List.of("type", "orderid"), 5_000, 1 << 20)));
    }

    @Test
    void fillsInTheDocumentedDefaults() throws Exception {
        var manifest = read("""
                apiVersion: sluice.dev/v1
                kind: Trigger
                metadata: {name: t}
                spec: {topic: orders, function: f}
                ---
                apiVersion: sluice.dev/v1
                kind: Function
                metadata: {name: f}
                spec: {handler: com.acme.F}
                """);

        assertThat(manifest.brokers()).singleElement().satisfies(broker -> assertThat(broker.kind())
                .isEqualTo(new BrokerManifest.Memory(MemoryLimits.DEFAULT)));
        var function = manifest.functions().get(0);
        assertThat(function.timeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(function.concurrency()).isEqualTo(16);
        assertThat(function.adaptive()).isFalse();
        assertThat(function.memory()).isZero();
        assertThat(function.scaling().instances()).isZero();
        assertThat(function.scaling().policy().name()).isEqualTo("demand");
        assertThat(function.scaling().limits(16, Duration.ofSeconds(30))).isEqualTo(ScaleLimits.DEFAULT);
        assertThat(function.artifact()).isNull();
        var trigger = manifest.triggers().get(0);
        assertThat(trigger.reading()).isEqualTo(new Reading(topic("orders"), "t", Start.EARLIEST, Ordering.KEY));
        assertThat(trigger.delivery().retry()).isEqualTo(5);
        assertThat(trigger.delivery().backoff()).isEqualTo(Backoff.DEFAULT);
        assertThat(trigger.delivery().maxAge()).isEqualTo(Duration.ofMinutes(15));
        assertThat(trigger.delivery().deadLetterFailure()).isEqualTo(DeadLetterFailure.PARK);
        assertThat(trigger.deadLetters()).isEqualTo(topic("orders.dlq"));
        assertThat(trigger.delivery().knative()).isFalse();
        assertThat(trigger.delivery().redrivesMax()).isEqualTo(3);
        assertThat(trigger.limits()).isEqualTo(TriggerLimits.NONE);
        assertThat(trigger.answers().routes()).isEmpty();
        assertThat(manifest.server()).isEqualTo(ServerManifest.NONE);
    }

    @Test
    void storesEventsOfAnAcceptingPathOnATopicOfTheTriggersOwn() throws Exception {
        var manifest = read(FUNCTION_F + """
                ---
                apiVersion: sluice.dev/v1
                kind: Trigger
                metadata: {name: hook}
                spec: {http: {path: /hook, mode: accept}, function: f}
                """);

        var trigger = manifest.triggers().get(0);
        assertThat(trigger.http()).isEqualTo(new TriggerManifest.Http("POST", "/hook", Mode.ACCEPT, null, null));
        assertThat(Objects.requireNonNull(trigger.reading()).topic()).isEqualTo(topic("hook.events"));
        assertThat(trigger.deadLetters()).isEqualTo(topic("hook.events.dlq"));
    }

    @Test
    void readsNothingForATriggerThatReplies() throws Exception {
        var manifest = read(FUNCTION_F + """
                ---
                apiVersion: sluice.dev/v1
                kind: Trigger
                metadata: {name: quote}
                spec: {http: {path: /quote}, function: f, answers: {type: t, source: /q}}
                """);

        var trigger = manifest.triggers().get(0);
        assertThat(trigger.reading()).isNull();
        assertThat(trigger.deadLetters()).isNull();
        assertThat(trigger.answers().type()).isEqualTo("t");
    }

    @Test
    void routesAnswersByTypeWithTheRestAtTheEnd() throws Exception {
        var manifest = read(FUNCTION_F + """
                ---
                apiVersion: sluice.dev/v1
                kind: Trigger
                metadata: {name: t}
                spec:
                  topic: in
                  function: f
                  answers:
                    - {type: com.acme.good, topic: good, source: /f}
                    - {topic: rest}
                """);

        var answers = manifest.triggers().get(0).answers();
        assertThat(answers.routes())
                .containsExactly(new AnswerRoute("com.acme.good", topic("good")), new AnswerRoute(null, topic("rest")));
        assertThat(answers.type()).isEqualTo("com.acme.good");
        assertThat(answers.source()).isEqualTo("/f");
    }

    @Test
    void scalesAFunctionAsItsManifestSays() throws Exception {
        var manifest = read(
                FUNCTION_F.replace(
                        "handler:",
                        "scaling: {policy: knative, min: 2, max: 40, drain: 5s, idle: 30s, warm: 3}, concurrency: 8, handler:"));

        var function = manifest.functions().get(0);
        var scaling = function.scaling();
        assertThat(scaling.instances()).isEqualTo(2);
        assertThat(scaling.policy().name()).isEqualTo("knative");
        assertThat(scaling.limits(function.concurrency(), function.timeout()))
                .isEqualTo(new ScaleLimits(
                        2, 40, 8, Duration.ofSeconds(5), Duration.ofSeconds(30), 3, Duration.ofSeconds(30)));
        assertThat(manifest.warnings()).isEmpty();
    }

    @Test
    void takesAnEstimateOfMemoryAndAConcurrencyThatAdapts() throws Exception {
        var manifest = read(FUNCTION_F.replace("handler:", "memory: 64MiB, concurrency: adaptive, handler:"));

        var function = manifest.functions().get(0);
        assertThat(function.memory()).isEqualTo(64L << 20);
        assertThat(function.adaptive()).isTrue();
        assertThat(function.concurrency()).isEqualTo(16);
    }

    @Test
    void readsTheNodesNameAndItsCeilings() throws Exception {
        var manifest = read("""
                apiVersion: sluice.dev/v1
                kind: Server
                spec: {node: left, instances-max: 40, slots-max: 500, memory-max: 1GiB}
                """);

        assertThat(manifest.server())
                .isEqualTo(new ServerManifest(null, null, null, null, "left", 40, 500, 1L << 30, null));
    }

    @Test
    void readsHowMuchIsKeptOfDecisions() throws Exception {
        var manifest = read(FUNCTION_F.replace("handler:", "journal-rate: 0.5, handler:") + """
                ---
                apiVersion: sluice.dev/v1
                kind: Server
                spec: {journal-size: 1MiB, journal-rate: 0}
                """);

        assertThat(manifest.functions().get(0).journalRate()).isEqualTo(0.5);
        assertThat(manifest.server().journalSize()).isEqualTo(1 << 20);
        assertThat(manifest.server().journalRate()).isZero();
    }

    @Test
    void letsMaxFollowMinWhenOnlyMinIsWritten() throws Exception {
        assertThat(scaling("{min: 40}").max()).isEqualTo(40);
        assertThat(scaling("{min: 2}").max()).isEqualTo(16);
    }

    @Test
    void startsAllInstancesOfAFixedNumberAtOnce() throws Exception {
        assertThat(scaling("{policy: fixed, max: 5}").instances()).isEqualTo(5);
        assertThat(scaling("{policy: fixed, min: 3}").instances()).isEqualTo(3);
        assertThat(scaling("{policy: fixed}").instances()).isEqualTo(1);
    }

    private ScalingManifest scaling(String text) throws Exception {
        return read(FUNCTION_F.replace("handler:", "scaling: " + text + ", handler:"))
                .functions()
                .get(0)
                .scaling();
    }

    @Test
    void readsAllFilesOfAFolderAndOnlyThem() throws Exception {
        Files.writeString(folder.resolve("one.yaml"), FUNCTION_F);
        Files.writeString(folder.resolve("two.yml"), FUNCTION_F.replace("name: f", "name: g"));
        Files.writeString(folder.resolve("notes.txt"), "no manifest");

        assertThat(Manifest.read(List.of(folder)).functions())
                .extracting(FunctionManifest::name)
                .containsExactly("f", "g");
    }

    /** A manifest with random damage is read or refused with mistakes: nothing else ever comes out. */
    @Test
    void readsOrRefusesAnyMutation() throws IOException {
        Files.createDirectory(folder.resolve("classes"));
        var seed = 42L;
        var random = new Random(seed);
        var pieces = List.of(
                "{", "}", "[", "]", ":", "- ", "\n", "*x", "&x ", "!!java.net.URL ", "\"", "'", "|", "0", "%", "?");
        for (var round = 0; round < 500; round++) {
            var text = new StringBuilder(EXAMPLE);
            for (var damage = 0; damage <= random.nextInt(4); damage++) {
                var at = random.nextInt(text.length());
                var cut = Math.min(text.length(), at + random.nextInt(6));
                text.replace(at, cut, pieces.get(random.nextInt(pieces.size())));
            }
            assertThatCode(() -> readOrRefuse(text.toString()))
                    .as("seed %d, round %d: %s", seed, round, text)
                    .doesNotThrowAnyException();
        }
    }

    private void readOrRefuse(String text) throws IOException {
        try {
            read(text);
        } catch (InvalidManifestException e) {
            assertThat(e.mistakes()).isNotEmpty();
        }
    }

    private Manifest read(String text) throws IOException, InvalidManifestException {
        var file = Files.write(folder.resolve("sluice.yaml"), text.getBytes(StandardCharsets.UTF_8));
        return Manifest.read(List.of(file));
    }

    private static TopicRef topic(String name) {
        return new TopicRef(BrokerManifest.DEFAULT, name);
    }
}
