package dev.sluice.broker.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.sluice.broker.Broker.Health;
import dev.sluice.broker.BrokerException;
import dev.sluice.broker.Control;
import dev.sluice.broker.ReadRange;
import dev.sluice.broker.TopicStatus;
import dev.sluice.broker.kafka.server.KafkaOptions;
import dev.sluice.broker.kafka.server.LocalKafka;
import dev.sluice.cloudevents.WireEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A cluster that is away, that does not let in, and that is cut off at the wrong moment. */
class KafkaFaultsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String PASSWORD = "canary-77c1b0e4";

    private static PausingProxy proxy;
    private static LocalKafka kafka;

    private final List<KafkaBroker> brokers = new ArrayList<>();

    @BeforeAll
    static void start() {
        proxy = new PausingProxy();
        kafka = LocalKafka.start(KafkaOptions.nodes(1)
                .withUser("alice", "alice-secret")
                .withUser("mallory", "mallory-secret")
                .advertisedAt(List.of(proxy.port())));
    }

    @AfterAll
    static void end() {
        proxy.close();
        kafka.close();
    }

    @AfterEach
    void close() {
        proxy.keepAnswers(false);
        proxy.leadTo(kafka.proxiedPort());
        brokers.forEach(broker -> broker.close().block(PATIENCE));
    }

    private KafkaBroker broker(KafkaBrokerOptions.Builder options) {
        var broker = KafkaBroker.create(options.build(), new SimpleMeterRegistry());
        brokers.add(broker);
        return broker;
    }

    private static KafkaBrokerOptions.Builder behindProxy() {
        return KafkaBrokerOptions.builder("kafka", proxy.address())
                .partitions(1)
                .sendDeadline(Duration.ofSeconds(1))
                .properties(Map.of("reconnect.backoff.max.ms", "200", "linger.ms", "0"));
    }

    private static KafkaBrokerOptions.Builder as(String user, String password) {
        return KafkaBrokerOptions.builder("kafka", kafka.saslBootstrapServers())
                .partitions(1)
                .sendDeadline(Duration.ofSeconds(5))
                .properties(Map.of(
                        "security.protocol", "SASL_PLAINTEXT",
                        "sasl.mechanism", "PLAIN",
                        "sasl.jaas.config",
                                "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"" + user
                                        + "\" password=\"" + password + "\";"));
    }

    private static WireEvent event(String id) {
        return WireEvent.builder().id(id).source("/t").type("t").data("x").build();
    }

    private static String newTopic() {
        return "faults-" + UUID.randomUUID();
    }

    @Test
    void startsWithoutTheClusterSaysSoAndRecovers() {
        proxy.leadTo(0);
        var begun = System.nanoTime();
        var broker = broker(behindProxy());
        var topic = newTopic();
        assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun)).isLessThan(2);

        assertThat(broker.health().block(PATIENCE))
                .matches(health -> !health.up())
                .extracting(Health::detail)
                .asString()
                .contains(proxy.address());
        var refused = catchThrowable(
                () -> broker.sink(topic).publish(event("1"), null).block(PATIENCE));
        assertThat(refused).isInstanceOf(BrokerException.Unavailable.class);

        proxy.leadTo(kafka.proxiedPort());

        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> Health.UP.equals(broker.health().block(PATIENCE)));
        broker.sink(topic).publish(event("2"), null).retry(15).block(PATIENCE);
    }

    /**
     * Waits and blocked monitors of the thread are counted by the JVM: there must be none but what classes are loaded
     * for.
     */
    @Test
    void neverMakesAPublisherWaitWhileTheClusterIsAway() {
        proxy.leadTo(0);
        var sink = broker(behindProxy()).sink(newTopic());
        catchThrowable(() -> sink.publish(event("warm"), null).block(PATIENCE));
        var threads = ManagementFactory.getThreadMXBean();
        var waitedBefore = threads.getThreadInfo(Thread.currentThread().getId()).getWaitedCount();
        var errors = new ConcurrentLinkedQueue<Throwable>();
        var slow = 0;

        var begun = System.nanoTime();
        for (var i = 0; i < 1_000; i++) {
            var before = System.nanoTime();
            sink.publish(event("e" + i), null).subscribe(null, errors::add);
            slow += System.nanoTime() - before > TimeUnit.MILLISECONDS.toNanos(50) ? 1 : 0;
        }

        assertThat(threads.getThreadInfo(Thread.currentThread().getId()).getWaitedCount())
                .isEqualTo(waitedBefore);
        assertThat(slow).as("calls over 50 ms, but for the operating system's").isLessThan(5);
        Awaitility.await().atMost(PATIENCE).until(() -> errors.size() == 1_000);
        assertThat(System.nanoTime() - begun).isLessThan(TimeUnit.SECONDS.toNanos(2 + 4));
        assertThat(errors).allSatisfy(error -> assertThat(error).isInstanceOf(BrokerException.Unavailable.class));
    }

    @Test
    void tellsThatItTimedOutWhatWasStoredAllTheSameAndStoresItOnce() {
        proxy.leadTo(kafka.proxiedPort());
        var broker = broker(behindProxy());
        var topic = newTopic();
        var sink = broker.sink(topic);
        begin(broker, topic);
        var before = events(topic);
        proxy.keepAnswers(true);

        var told = catchThrowable(() -> sink.publish(event("2"), null).block(PATIENCE));
        proxy.keepAnswers(false);

        assertThat(told).isInstanceOf(BrokerException.Unavailable.class);
        Awaitility.await().atMost(PATIENCE).untilAsserted(() -> assertThat(events(topic))
                .isEqualTo(before + 1));
        sink.publish(event("3"), null).retry(15).block(PATIENCE);
        assertThat(events(topic)).isGreaterThan(before + 1);
    }

    @Test
    void closesASessionThatTimedOutAndTheNextOneFindsWhatWasDoneAllTheSame() {
        proxy.leadTo(kafka.proxiedPort());
        var options = behindProxy().build();
        var broker = broker(behindProxy());
        var topic = newTopic();
        begin(broker, topic);
        var errors = new KafkaErrors(options);
        var timer = Executors.newSingleThreadScheduledExecutor();
        var admin = new KafkaAdmin(options, errors, timer, () -> Admin.create(ClientProperties.admin(options)));
        var control = new KafkaControl(options, errors, admin, new SimpleMeterRegistry(), 3_000);
        var session = open(control, topic);
        session.commit(List.of(), List.of(put("1"))).block(PATIENCE);

        proxy.keepAnswersFrom(ApiKeys.END_TXN);
        var told = catchThrowable(
                () -> session.commit(outgoing(topic, "2"), List.of(put("2"))).block(PATIENCE));
        proxy.keepAnswers(false);

        assertThat(told).isInstanceOf(BrokerException.Unavailable.class);
        assertThat(catchThrowable(() ->
                        session.commit(outgoing(topic, "2"), List.of(put("2"))).block(PATIENCE)))
                .isInstanceOf(BrokerException.Unavailable.class)
                .hasMessageContaining("is closed");
        var next = open(control, topic);
        assertThat(next.states()).containsEntry("n", new byte[] {'2'});
        next.commit(outgoing(topic, "3"), List.of(put("3"))).block(PATIENCE);
        assertThat(ids(topic)).containsSubsequence("2", "3").containsOnlyOnce("2", "3");
        assertThat(control.close()).succeedsWithin(PATIENCE);
        admin.close();
        timer.shutdownNow();
    }

    @Test
    void fencesAHolderWhoseLastCommitWasDoneAndTheNextOneFindsIt() {
        proxy.leadTo(kafka.proxiedPort());
        var broker = broker(behindProxy());
        var topic = newTopic();
        begin(broker, topic);
        var former = open(broker.control(), topic);
        former.commit(List.of(), List.of(put("1"))).block(PATIENCE);

        proxy.keepAnswersFrom(ApiKeys.END_TXN);
        var told = former.commit(outgoing(topic, "2"), List.of(put("2"))).toFuture();
        Awaitility.await().atMost(PATIENCE).until(proxy::keepsAnswers);
        var plain = broker(KafkaBrokerOptions.builder("plain", kafka.bootstrapServers()));
        var next = open(plain.control(), topic);
        proxy.leadTo(0);
        proxy.keepAnswers(false);
        proxy.leadTo(kafka.proxiedPort());

        assertThat(told).failsWithin(PATIENCE).withThrowableThat().withCauseInstanceOf(Control.Fenced.class);
        assertThat(next.states()).containsEntry("n", new byte[] {'2'});
        next.commit(outgoing(topic, "3"), List.of(put("3"))).block(PATIENCE);
        assertThat(ids(topic)).containsSubsequence("2", "3").containsOnlyOnce("2", "3");
    }

    private static Control.Session open(Control control, String name) {
        return Objects.requireNonNull(control.open(name).retry(15).block(PATIENCE));
    }

    private static Control.Change put(String value) {
        return Control.Change.put("n", value.getBytes(StandardCharsets.UTF_8));
    }

    private static List<Control.Outgoing> outgoing(String topic, String id) {
        return List.of(new Control.Outgoing(topic, event(id), null));
    }

    private List<String> ids(String topic) {
        var plain = broker(KafkaBrokerOptions.builder("plain", kafka.bootstrapServers()));
        return Objects.requireNonNull(plain.read(topic, ReadRange.ALL)
                .map(stored -> stored.event().getId())
                .collectList()
                .block(PATIENCE));
    }

    @Test
    void isFullWhileTheClusterTakesNothingAndStoresWhatItAcknowledged() {
        proxy.leadTo(kafka.proxiedPort());
        var broker = broker(behindProxy().bytesMax(16 << 20).sendDeadline(Duration.ofSeconds(2)));
        var topic = newTopic();
        var sink = broker.sink(topic);
        begin(broker, topic);
        proxy.keepAnswers(true);
        var large = "x".repeat(500_000);
        var stored = new AtomicInteger(1);
        var errors = new ConcurrentLinkedQueue<Throwable>();

        for (var i = 0; i < 40; i++) {
            var before = System.nanoTime();
            sink.publish(WireEvent.builder(event("e" + i)).data(large).build(), null)
                    .subscribe(null, errors::add, stored::incrementAndGet);
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(1));
        }

        Awaitility.await().atMost(PATIENCE).until(() -> stored.get() + errors.size() == 41);
        proxy.keepAnswers(false);
        assertThat(errors)
                .hasAtLeastOneElementOfType(BrokerException.Full.class)
                .allSatisfy(error -> assertThat(error)
                        .isInstanceOf(BrokerException.class)
                        .matches(told -> ((BrokerException) told).transientFault()));
        sink.publish(event("last"), null).retry(15).block(PATIENCE);
        assertThat(events(topic)).isGreaterThan(stored.get());
    }

    @Test
    void goesOnAfterTheClusterWasAwayInBetween() {
        proxy.leadTo(kafka.proxiedPort());
        var broker = broker(behindProxy());
        var topic = newTopic();
        var sink = broker.sink(topic);
        begin(broker, topic);

        proxy.leadTo(0);
        var told = catchThrowable(() -> sink.publish(event("2"), null).block(PATIENCE));
        proxy.leadTo(kafka.proxiedPort());

        assertThat(told).isInstanceOf(BrokerException.Unavailable.class);
        sink.publish(event("3"), null).retry(15).block(PATIENCE);
        assertThat(events(topic)).isGreaterThanOrEqualTo(2);
    }

    /** Has the broker send its first event, which takes longer than the deadline on a busy machine. */
    private static void begin(KafkaBroker broker, String topic) {
        broker.ensureTopic(topic).block(PATIENCE);
        broker.sink(topic).publish(event("1"), null).retry(15).block(PATIENCE);
    }

    private long events(String topic) {
        var plain = broker(KafkaBrokerOptions.builder("plain", kafka.bootstrapServers()));
        var topics = plain.topics().block(PATIENCE);
        assertThat(topics).isNotNull();
        return topics.stream()
                .filter(status -> status.topic().equals(topic))
                .mapToLong(TopicStatus::events)
                .sum();
    }

    @Test
    void tellsWrongCredentialsFromACLusterThatIsAwayAndNeverShowsThem() {
        var log = new ListAppender<ILoggingEvent>();
        var root = ((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger("ROOT");
        log.start();
        root.addAppender(log);
        var broker = broker(as("alice", PASSWORD));

        var health = broker.health().block(PATIENCE);
        var told = catchThrowable(
                () -> broker.sink(newTopic()).publish(event("1"), null).block(PATIENCE));
        var ensured = catchThrowable(() -> broker.ensureTopic(newTopic()).block(PATIENCE));
        var watched = catchThrowable(() -> broker.tail(newTopic(), Map.of()).blockFirst(PATIENCE));
        root.detachAppender(log);

        assertThat(health).isNotNull().matches(h -> !h.up());
        assertThat(health.detail()).contains("authentication failed").contains(kafka.saslBootstrapServers());
        assertThat(List.of(told, ensured, watched)).allSatisfy(error -> assertThat(error)
                .isInstanceOf(BrokerException.Refused.class)
                .hasMessageContaining("authentication failed"));
        var texts = new ArrayList<String>();
        texts.add(health.detail() + broker.options() + broker);
        for (Throwable error : List.of(told, ensured, watched)) {
            for (var cause = error; cause != null; cause = cause.getCause()) {
                texts.add(cause.toString());
            }
        }
        log.list.forEach(line -> texts.add(line.getFormattedMessage()));
        assertThat(texts).noneMatch(text -> text.contains(PASSWORD));
    }

    @Test
    void worksWithTheRightCredentials() {
        var broker = broker(as("alice", "alice-secret"));

        broker.sink(newTopic()).publish(event("1"), null).block(PATIENCE);

        assertThat(broker.health().block(PATIENCE)).isEqualTo(Health.UP);
    }

    @Test
    void isRefusedOnATopicThatIsForbidden() throws Exception {
        var topic = kafka.createTopic("faults", 1);
        var rule = new AclBinding(
                new ResourcePattern(ResourceType.TOPIC, topic, PatternType.LITERAL),
                new AccessControlEntry("User:mallory", "*", AclOperation.ALL, AclPermissionType.DENY));
        try (var admin = kafka.admin()) {
            admin.createAcls(List.of(rule)).all().get(10, TimeUnit.SECONDS);
        }
        var broker = broker(as("mallory", "mallory-secret"));

        Awaitility.await().atMost(PATIENCE).untilAsserted(() -> assertThat(catchThrowable(
                        () -> broker.sink(topic).publish(event("1"), null).block(PATIENCE)))
                .isInstanceOf(BrokerException.Refused.class)
                .hasMessageContaining("not authorised"));
        assertThat(events(topic)).isZero();
    }
}
