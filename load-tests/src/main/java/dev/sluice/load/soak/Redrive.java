package dev.sluice.load.soak;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * 10,000 dead letters are looked at in a dry run and redriven, and the engine is killed in the middle. Each letter has
 * to be on its topic once, and to run; the dry run must change nothing.
 */
final class Redrive implements Scenario {
    private static final int LETTERS = 10_000;
    private static final int KEYS = 97;
    private static final int PER_SECOND = 2_000;
    private static final Duration JOB_MAX = Duration.ofMinutes(4);
    private static final Duration ANSWER_MAX = Duration.ofSeconds(30);
    private static final long LOOK_MILLIS = 20;
    private static final int SHOWN_MAX = 10;

    private final HttpClient client = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();
    private final int[] seqs = new int[KEYS];

    @Override
    public String name() {
        return "redrive";
    }

    @Override
    public int secondsPerRound() {
        return 25;
    }

    @Override
    public void run(Stage stage, int rounds) throws Exception {
        stage.createTopic(stage.topic(), Stage.PARTITIONS, Stage.TOPIC_CONFIG);
        stage.createTopic(letters(stage), Stage.PARTITIONS, Stage.TOPIC_CONFIG);
        var manifest = stage.manifest().withStaticMember("soak-1");
        var engine = stage.start("one", manifest);
        for (var round = 1; round <= rounds; round++) {
            stage.progress().round(name(), round, rounds, stage, secondsPerRound());
            put(stage);
            look(stage, engine);
            var before = interrupted(stage, engine);
            stage.kill(engine);
            engine = stage.start("one", manifest);
            finished(stage, engine, round, before);
        }
        stage.finish();
        compare(stage);
    }

    private static String letters(Stage stage) {
        return stage.topic() + ".dlq";
    }

    /** As the engine would have put them there. */
    @SuppressWarnings("FutureReturnValueIgnored") // the flush tells, and what is missing would be found as lost
    private void put(Stage stage) {
        var properties = Map.<String, Object>of(
                "bootstrap.servers", stage.kafka().bootstrapServers(), "acks", "all", "linger.ms", "5");
        try (var producer = new KafkaProducer<>(properties, new StringSerializer(), new ByteArraySerializer())) {
            for (var i = 0; i < LETTERS; i++) {
                var key = i % KEYS;
                var event = new SoakEvent(key, seqs[key]++);
                producer.send(letter(stage, event));
                stage.acknowledged(new Publication(event, -1, -1, System.currentTimeMillis()));
            }
            producer.flush();
        }
    }

    private static ProducerRecord<String, byte[]> letter(Stage stage, SoakEvent event) {
        var record = new ProducerRecord<>(
                letters(stage), "k" + event.key(), "{\"total\":1}".getBytes(StandardCharsets.UTF_8));
        KafkaPublisher.header(record, "ce_specversion", "1.0");
        KafkaPublisher.header(record, "ce_id", event.id());
        KafkaPublisher.header(record, "ce_source", "/soak");
        KafkaPublisher.header(record, "ce_type", "com.acme.soak");
        KafkaPublisher.header(record, "content-type", "application/json");
        KafkaPublisher.header(record, "ce_dlreason", "exhausted");
        KafkaPublisher.header(record, "ce_dlattempts", "6");
        KafkaPublisher.header(record, "ce_dlerror", "java.lang.IllegalStateException: no rate");
        KafkaPublisher.header(record, "ce_dlfunction", "recorder");
        KafkaPublisher.header(record, "ce_dltrigger", Stage.GROUP);
        KafkaPublisher.header(record, "ce_dltopic", stage.topic());
        KafkaPublisher.header(record, "ce_dlredrives", "0");
        return record;
    }

    /** A dry run, which must change nothing. */
    private void look(Stage stage, EngineProcess engine) throws Exception {
        var before = stored(stage);
        var open = counts(stage, engine).path("open").asLong();
        var job = ended(stage, engine, begin(stage, engine, "{\"dryRun\": true}"));
        if (job.path("done").asLong() != LETTERS) {
            stage.broken("the dry run told of " + job.path("done") + " letters instead of " + LETTERS + ": " + job);
        }
        if (stored(stage) != before || counts(stage, engine).path("open").asLong() != open) {
            stage.broken("the dry run changed something");
        }
    }

    /** Begins to redrive, and comes back in the middle. */
    private long interrupted(Stage stage, EngineProcess engine) throws Exception {
        var id = begin(stage, engine, "{\"rate\": " + PER_SECOND + "}");
        var enough = (long) (LETTERS * stage.between(0.05, 0.8));
        var end = System.nanoTime() + JOB_MAX.toNanos();
        while (System.nanoTime() < end) {
            var job = get(engine, "/admin/v1/jobs/" + id);
            if (!job.path("state").asText().equals("RUNNING")) {
                throw new SoakException("the job ended before it could be interrupted: " + job);
            }
            if (job.path("done").asLong() >= enough) {
                return job.path("done").asLong();
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
        throw new SoakException("the job did not get to " + enough + " letters in time");
    }

    private void finished(Stage stage, EngineProcess engine, int round, long before) throws Exception {
        var job = ended(stage, engine, begin(stage, engine, "{}"));
        var counts = counts(stage, engine);
        if (counts.path("redriven").asLong() != (long) round * LETTERS
                || counts.path("open").asLong() != 0) {
            stage.broken("after round " + round + " the letters are " + counts);
        }
        stage.progress()
                .say(String.format(
                        Locale.ROOT,
                        "round %d: killed after %d were told done; the next job did %d at %.0f/s",
                        round,
                        before,
                        job.path("done").asLong(),
                        job.path("perSecond").asDouble()));
    }

    private String begin(Stage stage, EngineProcess engine, String order) throws Exception {
        var end = System.nanoTime() + JOB_MAX.toNanos();
        while (true) {
            var answer = client.send(
                    HttpRequest.newBuilder(
                                    engine.admin().resolve("/admin/v1/deadletters/" + letters(stage) + "/redrive"))
                            .timeout(ANSWER_MAX)
                            .header("content-type", "application/json")
                            .POST(BodyPublishers.ofString(order))
                            .build(),
                    BodyHandlers.ofString());
            if (answer.statusCode() == 200) {
                return json.readTree(answer.body()).path("id").asText();
            }
            if (answer.statusCode() != 503 || System.nanoTime() > end) {
                throw new SoakException("no job was begun: " + answer.body());
            }
            TimeUnit.MILLISECONDS.sleep(10 * LOOK_MILLIS);
        }
    }

    private JsonNode ended(Stage stage, EngineProcess engine, String id) throws Exception {
        var end = System.nanoTime() + JOB_MAX.toNanos();
        while (System.nanoTime() < end) {
            var job = get(engine, "/admin/v1/jobs/" + id);
            if (job.path("state").asText().equals("DONE")) {
                return job;
            }
            if (!job.path("state").asText().equals("RUNNING")) {
                throw new SoakException("a job on " + letters(stage) + " ended early: " + job);
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        }
        throw new SoakException(
                "a job did not end within " + JOB_MAX.toSeconds() + " s: " + get(engine, "/admin/v1/jobs/" + id));
    }

    private JsonNode counts(Stage stage, EngineProcess engine) throws IOException, InterruptedException {
        return get(engine, "/admin/v1/deadletters/" + letters(stage));
    }

    private JsonNode get(EngineProcess engine, String path) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(engine.admin().resolve(path)).timeout(ANSWER_MAX);
        return json.readTree(
                client.send(request.build(), BodyHandlers.ofString()).body());
    }

    private static long stored(Stage stage) throws InterruptedException, ExecutionException, TimeoutException {
        try (Admin admin = stage.kafka().admin()) {
            return Positions.ends(admin, stage.topic()).values().stream()
                    .mapToLong(end -> end.offset())
                    .sum();
        }
    }

    /** Each letter once, by those who see what is committed. */
    private void compare(Stage stage) {
        var found = new HashMap<String, Integer>();
        for (var sent : DeadLetters.committed(stage.kafka().bootstrapServers(), stage.topic(), JOB_MAX)) {
            var id = new String(sent.headers().lastHeader("ce_id").value(), StandardCharsets.UTF_8);
            found.merge(id, 1, Integer::sum);
            if (sent.headers().lastHeader("ce_dlreason") != null
                    || !"1"
                            .equals(new String(
                                    sent.headers().lastHeader("ce_dlredrives").value(), StandardCharsets.UTF_8))) {
                stage.broken(id + " was sent with what made it a dead letter: " + sent.headers());
            }
        }
        var twice =
                found.entrySet().stream().filter(entry -> entry.getValue() > 1).toList();
        twice.stream()
                .limit(SHOWN_MAX)
                .forEach(entry -> stage.broken(entry.getKey() + " was redriven " + entry.getValue() + " times"));
        var missing = 0;
        for (var key = 0; key < KEYS; key++) {
            for (var seq = 0; seq < seqs[key]; seq++) {
                missing += found.containsKey(new SoakEvent(key, seq).id()) ? 0 : 1;
            }
        }
        if (missing > 0) {
            stage.broken(missing + " letters were marked and not redriven");
        }
        stage.progress()
                .say(found.size() + " letters redriven, " + twice.size() + " of them twice, " + missing + " missing");
    }
}
