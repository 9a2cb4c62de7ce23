package dev.sluice.load.soak;

import dev.sluice.broker.kafka.server.KafkaCluster;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.jspecify.annotations.Nullable;

/**
 * Where a scenario takes place: a Kafka, a topic with a publisher, engines that read it, the ledgers, and a checker
 * that is always up to date. One scenario's thread uses it, besides its own watch and the publisher's threads.
 */
final class Stage implements AutoCloseable {
    static final int PARTITIONS = 6;
    static final String GROUP = "soak";

    private static final Duration STALLED_AFTER = Duration.ofSeconds(45);
    private static final Duration POSITIONS_MAX = Duration.ofSeconds(30);
    private static final int ANSWER_SECONDS = 30;
    static final String RECORD_BYTES_MAX = "4000000";
    static final Map<String, String> TOPIC_CONFIG = Map.of("max.message.bytes", RECORD_BYTES_MAX);

    private final Workplace place;
    private final KafkaCluster kafka;
    private final Random random;
    private final Progress progress;
    private final Load load;
    private final String topic;
    private final Watch watch;
    private final Ledger acknowledged;
    private final List<EngineProcess> engines = new ArrayList<>();
    private final List<EngineProcess> launched = new ArrayList<>();
    private final List<String> others = new ArrayList<>();
    private @Nullable Publisher publisher;
    private @Nullable Admin admin;
    private boolean finished;

    Stage(Workplace place, KafkaCluster kafka, Load load, Random random, Progress progress, String topic)
            throws IOException {
        this.place = place;
        this.kafka = kafka;
        this.load = load;
        this.random = random;
        this.progress = progress;
        this.topic = topic;
        acknowledged = new Ledger(place.file(topic + ".acknowledged"));
        watch = new Watch(place.file(topic + ".runs"));
    }

    KafkaCluster kafka() {
        return kafka;
    }

    Random random() {
        return random;
    }

    Progress progress() {
        return progress;
    }

    Workplace place() {
        return place;
    }

    Watch watch() {
        return watch;
    }

    String topic() {
        return topic;
    }

    Load load() {
        return load;
    }

    /** A promise beside the ledgers did not hold. */
    void broken(String what) {
        others.add(what);
    }

    void createTopic(String name, int partitions, Map<String, String> config)
            throws InterruptedException, ExecutionException, TimeoutException {
        try (var admin = kafka.admin()) {
            var wanted = new NewTopic(name, Optional.of(partitions), Optional.empty()).configs(config);
            admin.createTopics(List.of(wanted)).all().get(ANSWER_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** Creates the topic and publishes to it until {@link #stopPublishing}. */
    void publish(Load what) throws InterruptedException, ExecutionException, TimeoutException {
        publish(what, this::acknowledged);
    }

    /** As {@link #publish(Load)}; the listener decides what counts as published, and tells the stage. */
    void publish(Load what, PublicationListener listener)
            throws InterruptedException, ExecutionException, TimeoutException {
        createTopic(topic, PARTITIONS, TOPIC_CONFIG);
        publish(new KafkaPublisher(
                kafka.bootstrapServers(),
                topic,
                what,
                new Random(random.nextLong()),
                () -> watch.open() < what.openMax(),
                listener));
    }

    void publish(Publisher by) {
        publisher = by;
        by.start();
    }

    /** Writes down that an event was acknowledged. */
    void acknowledged(Publication publication) {
        acknowledged.append(publication.line());
        watch.published(publication);
    }

    /** The manifest of an engine that reads the topic in the usual way. */
    EngineManifest manifest() {
        return new EngineManifest(
                kafka.bootstrapServers(),
                null,
                Map.of(
                        "consumer.session.timeout.ms",
                        Integer.toString(EngineManifest.SESSION_MILLIS),
                        "consumer.heartbeat.interval.ms",
                        "1500"),
                topic,
                GROUP,
                place.file(topic + ".runs"),
                3);
    }

    /** Starts an engine, and does not wait for it. */
    EngineProcess launch(String name, EngineManifest manifest) throws IOException {
        var at = System.currentTimeMillis();
        var engine = EngineProcess.launch(place, name, manifest.text());
        watch.launched(engine, at);
        engines.add(engine);
        launched.add(engine);
        return engine;
    }

    /** Starts an engine and waits until it is ready. */
    EngineProcess start(String name, EngineManifest manifest) throws IOException, InterruptedException {
        var engine = launch(name, manifest);
        engine.awaitReady();
        return engine;
    }

    /** Kills an engine. What it may double is taken down: what the group has not committed. */
    void kill(EngineProcess engine) throws InterruptedException, IOException {
        mustRun(engine);
        var at = System.currentTimeMillis();
        engine.kill();
        engines.remove(engine);
        watch.killed(engine, at, committedSince(at));
    }

    /** By partition; null when the answer came so late that another member may have committed. */
    private @Nullable Map<Integer, Long> committedSince(long killedMillis) throws InterruptedException {
        var committed = new HashMap<Integer, Long>();
        try {
            Positions.committed(admin(), GROUP)
                    .forEach((partition, position) -> committed.put(partition.partition(), position.offset()));
        } catch (ExecutionException | TimeoutException noAnswer) {
            return null;
        }
        return System.currentTimeMillis() - killedMillis < EngineManifest.SESSION_MILLIS / 2 ? committed : null;
    }

    /** Kills an engine while Kafka cannot be asked what the group has committed. */
    void killUnasked(EngineProcess engine) throws InterruptedException, IOException {
        mustRun(engine);
        var at = System.currentTimeMillis();
        engine.kill();
        engines.remove(engine);
        watch.killed(engine, at, null);
    }

    private Admin admin() {
        var known = admin;
        if (known == null) {
            known = kafka.admin();
            admin = known;
        }
        return known;
    }

    /** Stops an engine in order. */
    void stop(EngineProcess engine) throws InterruptedException, IOException {
        mustRun(engine);
        stopped(engine);
    }

    private void stopped(EngineProcess engine) throws InterruptedException, IOException {
        engine.stop();
        engines.remove(engine);
        watch.stopped(engine);
    }

    private static void mustRun(EngineProcess engine) {
        if (!engine.runs()) {
            throw new SoakException("engine " + engine.name() + " ended by itself: " + engine.lastWords());
        }
    }

    /** The engines that run now. */
    List<EngineProcess> engines() {
        return List.copyOf(engines);
    }

    /** Lets this long pass, while all goes on. */
    void pass(double seconds) throws InterruptedException {
        TimeUnit.MICROSECONDS.sleep((long) (seconds * 1e6));
    }

    /** A number of seconds between the two. */
    double between(double from, double to) {
        return from + random.nextDouble() * (to - from);
    }

    /** Publishes no more, and waits for what is under way. */
    void stopPublishing() throws IOException {
        var by = publisher;
        if (by != null) {
            by.close();
        }
    }

    /**
     * Publishes no more, waits until all is done or nothing moves any more, and until all of it is committed, and stops
     * the engines in order. Does nothing more the second time.
     */
    void finish() throws Exception {
        if (finished) {
            return;
        }
        finished = true;
        stopPublishing();
        if (publisher != null) {
            publisher.reason().ifPresent(why -> progress.say("some events were not acknowledged: " + why));
        }
        progress.say("waiting for what is open");
        watch.awaitDone(STALLED_AFTER);
        // What the last of those that were killed did is not committed: one that lives has to do and commit it again.
        others.addAll(Positions.behind(admin(), GROUP, topic, POSITIONS_MAX));
        engines().forEach(Stage::mustRun);
        engines().forEach(EngineProcess::askToStop);
        for (var engine : engines()) {
            stopped(engine);
        }
        if (others.isEmpty()) {
            others.addAll(Positions.behind(admin(), GROUP, topic, Duration.ZERO));
        }
    }

    /**
     * How long engines took from their start to their ready line, the shortest first; without those that never were.
     */
    List<Long> readyMillis() {
        return launched.stream()
                .map(EngineProcess::readyMillis)
                .filter(millis -> millis >= 0)
                .sorted()
                .toList();
    }

    long unanswered() {
        return publisher == null ? 0 : publisher.failed();
    }

    List<String> others() {
        return List.copyOf(others);
    }

    @Override
    public void close() throws IOException {
        stopPublishing();
        for (var engine : engines()) {
            try {
                engine.kill();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        if (admin != null) {
            admin.close(Duration.ZERO);
        }
        watch.close();
        acknowledged.close();
    }
}
