package dev.sluice.load.soak;

import dev.sluice.broker.kafka.server.KafkaOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * The dead-letter topic is gone, forbidden, too small or cut off, by turns. Some events of a few keys are refused by
 * the function: meanwhile no position may pass them, and once the topic is well again each has to be on it.
 */
final class DeadLetterDown implements Scenario {
    private static final int REFUSED_KEYS = 5;
    private static final int REFUSED_ONE_IN = 40;
    private static final int CUT_OFF_NODE = 3;
    private static final double FAULT_SECONDS = 8;
    private static final long EXCUSED_MILLIS = 2_000;
    private static final int ANSWER_SECONDS = 30;
    private static final Duration RECOVERY_MAX = Duration.ofSeconds(150);
    private static final String USER = "soak";
    private static final String BYTES_MAX = "max.message.bytes";

    private final Map<String, Publication> refused = new ConcurrentHashMap<>();
    private final Set<String> seen = new HashSet<>();

    private enum Fault {
        GONE,
        FORBIDDEN,
        TOO_SMALL,
        CUT_OFF
    }

    @Override
    public String name() {
        return "dead-letter-down";
    }

    @Override
    public int secondsPerRound() {
        return 75;
    }

    @Override
    public KafkaOptions kafka() {
        return KafkaOptions.nodes(3).withUser(USER, USER);
    }

    @Override
    public void run(Stage stage, int rounds) throws Exception {
        try (var admin = stage.kafka().admin()) {
            createDeadLetters(stage, admin);
            stage.publish(stage.load().changedBy(DeadLetterDown::refuse), publication -> published(stage, publication));
            stage.start("one", manifest(stage));
            if (!stage.watch().awaitMoreDone(1, RECOVERY_MAX)) {
                throw new SoakException("the engine did nothing for " + RECOVERY_MAX.toSeconds() + " s");
            }
            for (var round = 1; round <= rounds; round++) {
                stage.progress().round(name(), round, rounds, stage, secondsPerRound());
                stage.pass(3);
                var fault = Fault.values()[(round - 1) % Fault.values().length];
                stage.watch().mark(fault.toString());
                fault(stage, admin, fault);
            }
        }
    }

    private static boolean isRefused(SoakEvent event) {
        return event.key() < REFUSED_KEYS && event.seq() % REFUSED_ONE_IN == REFUSED_ONE_IN - 1;
    }

    private static ProducerRecord<String, byte[]> refuse(SoakEvent event, ProducerRecord<String, byte[]> record) {
        if (isRefused(event)) {
            KafkaPublisher.header(record, "ce_subject", Recorder.REFUSED);
        }
        return record;
    }

    private void published(Stage stage, Publication publication) {
        if (isRefused(publication.event())) {
            refused.put(publication.event().id(), publication);
        } else {
            stage.acknowledged(publication);
        }
    }

    private static EngineManifest manifest(Stage stage) {
        return stage.manifest()
                .at(stage.kafka().saslBootstrapServers())
                .with("security.protocol", "SASL_PLAINTEXT")
                .with("sasl.mechanism", "PLAIN")
                .with(
                        "sasl.jaas.config",
                        "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"" + USER
                                + "\" password=\"" + USER + "\";");
    }

    private void fault(Stage stage, Admin admin, Fault fault) throws Exception {
        if (fault == Fault.GONE) {
            // What is acknowledged and not yet seen goes with the topic; that is no loss of the engine's.
            look(stage);
        }
        var from = System.currentTimeMillis();
        begin(stage, admin, fault);
        var begun = System.currentTimeMillis();
        stage.pass(FAULT_SECONDS);
        mustNotBePassed(stage, admin, fault, begun + EXCUSED_MILLIS);
        end(stage, admin, fault);
        var due = Set.copyOf(refused.keySet());
        look(stage);
        var waiting = missing(due, fault, from, begun).size();
        var end = System.nanoTime() + RECOVERY_MAX.toNanos();
        while (!missing(due, fault, from, begun).isEmpty() && System.nanoTime() < end) {
            stage.pass(1);
            look(stage);
        }
        var missing = missing(due, fault, from, begun);
        stage.progress()
                .say(fault + ": " + waiting + " refused events waited for the topic when it was well again, "
                        + missing.size() + " do still");
        if (!missing.isEmpty()) {
            stage.broken(fault + ": " + missing.size() + " refused events are not on the dead-letter topic "
                    + RECOVERY_MAX.toSeconds() + " s after it was well again, such as " + missing.get(0));
        }
        seen.addAll(due);
    }

    private List<String> missing(Set<String> due, Fault fault, long from, long until) {
        return due.stream()
                .filter(id -> !seen.contains(id))
                .filter(id -> fault != Fault.GONE || !excused(id, from - EXCUSED_MILLIS, until + EXCUSED_MILLIS))
                .sorted()
                .toList();
    }

    private boolean excused(String id, long from, long until) {
        var publication = refused.get(id);
        return publication != null && publication.atMillis() >= from && publication.atMillis() <= until;
    }

    private void look(Stage stage) {
        for (var letter : DeadLetters.all(stage.kafka().bootstrapServers(), topic(stage), RECOVERY_MAX)) {
            var id = letter.headers().lastHeader("ce_id");
            if (id != null) {
                seen.add(new String(id.value(), StandardCharsets.UTF_8));
            }
        }
    }

    private static String topic(Stage stage) {
        return stage.topic() + ".dlq";
    }

    /** Of events refused while the topic took none, no position may say that they are done. */
    private void mustNotBePassed(Stage stage, Admin admin, Fault fault, long afterMillis) throws Exception {
        if (fault == Fault.GONE) {
            // The engine may create it again, which mends it.
            return;
        }
        var committed = Positions.committed(admin, Stage.GROUP);
        for (var publication : refused.values()) {
            var position = committed.get(new TopicPartition(stage.topic(), publication.partition()));
            if (publication.atMillis() > afterMillis && position != null && position.offset() > publication.offset()) {
                stage.broken(fault + ": partition " + publication.partition() + " was committed up to "
                        + position.offset() + ", past " + publication.event().id() + " at " + publication.offset()
                        + ", which is no dead letter");
            }
        }
    }

    /** On one node alone, which can be killed without harm to the other topics. */
    private static void createDeadLetters(Stage stage, Admin admin) throws Exception {
        var wanted = new NewTopic(topic(stage), Map.of(0, List.of(CUT_OFF_NODE))).configs(Stage.TOPIC_CONFIG);
        admin.createTopics(List.of(wanted)).all().get(ANSWER_SECONDS, TimeUnit.SECONDS);
    }

    /** Where the engine has made the topic anew, it lies on other nodes as well. */
    private static void moveToTheNode(Stage stage, Admin admin) throws Exception {
        var described = Objects.requireNonNull(admin.describeTopics(List.of(topic(stage)))
                        .topicNameValues()
                        .get(topic(stage)))
                .get(ANSWER_SECONDS, TimeUnit.SECONDS);
        var wanted = new HashMap<TopicPartition, Optional<NewPartitionReassignment>>();
        for (var partition : described.partitions()) {
            wanted.put(
                    new TopicPartition(topic(stage), partition.partition()),
                    Optional.of(new NewPartitionReassignment(List.of(CUT_OFF_NODE))));
        }
        // With fewer replicas than have to be in sync, a moved partition stays without a leader once its node was
        // killed.
        set(stage, admin, "min.insync.replicas", "1");
        admin.alterPartitionReassignments(wanted).all().get(ANSWER_SECONDS, TimeUnit.SECONDS);
        var end = System.nanoTime() + RECOVERY_MAX.toNanos();
        while (!admin.listPartitionReassignments(wanted.keySet())
                .reassignments()
                .get(ANSWER_SECONDS, TimeUnit.SECONDS)
                .isEmpty()) {
            if (System.nanoTime() > end) {
                throw new SoakException("the dead-letter topic was not moved to node " + CUT_OFF_NODE);
            }
            stage.pass(0.2);
        }
    }

    private static void begin(Stage stage, Admin admin, Fault fault) throws Exception {
        switch (fault) {
            case GONE -> admin.deleteTopics(List.of(topic(stage))).all().get(ANSWER_SECONDS, TimeUnit.SECONDS);
            case FORBIDDEN -> admin.createAcls(List.of(rule(stage))).all().get(ANSWER_SECONDS, TimeUnit.SECONDS);
            case TOO_SMALL -> set(stage, admin, BYTES_MAX, "100");
            case CUT_OFF -> {
                moveToTheNode(stage, admin);
                stage.kafka().kill(CUT_OFF_NODE);
            }
        }
    }

    private static void end(Stage stage, Admin admin, Fault fault) throws Exception {
        switch (fault) {
            case GONE -> {
                var topics = admin.listTopics().names().get(ANSWER_SECONDS, TimeUnit.SECONDS);
                if (!topics.contains(topic(stage))) {
                    createDeadLetters(stage, admin);
                }
            }
            case FORBIDDEN ->
                admin.deleteAcls(List.of(rule(stage).toFilter())).all().get(ANSWER_SECONDS, TimeUnit.SECONDS);
            case TOO_SMALL -> set(stage, admin, BYTES_MAX, Stage.RECORD_BYTES_MAX);
            case CUT_OFF -> {
                stage.kafka().restart(CUT_OFF_NODE);
                stage.kafka().awaitInSync(RECOVERY_MAX);
            }
        }
    }

    private static AclBinding rule(Stage stage) {
        return new AclBinding(
                new ResourcePattern(ResourceType.TOPIC, topic(stage), PatternType.LITERAL),
                new AccessControlEntry("User:" + USER, "*", AclOperation.WRITE, AclPermissionType.DENY));
    }

    private static void set(Stage stage, Admin admin, String name, String value) throws Exception {
        var change = new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
        admin.incrementalAlterConfigs(
                        Map.of(new ConfigResource(ConfigResource.Type.TOPIC, topic(stage)), List.of(change)))
                .all()
                .get(ANSWER_SECONDS, TimeUnit.SECONDS);
    }
}
