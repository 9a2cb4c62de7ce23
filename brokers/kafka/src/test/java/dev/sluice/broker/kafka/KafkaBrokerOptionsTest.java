package dev.sluice.broker.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.broker.BrokerException;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.InvalidRecordException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a broker may be told, and what of it is seen. */
class KafkaBrokerOptionsTest {
    private static final String CANARY = "canary-5e57a2d1";
    private static final String JAAS = "org.apache.kafka.common.security.plain.PlainLoginModule required"
            + " username=\"alice\" password=\"" + CANARY + "\";";

    private static KafkaBrokerOptions with(Map<String, String> properties) {
        return KafkaBrokerOptions.builder("kafka", "localhost:9092")
                .properties(properties)
                .build();
    }

    @Test
    void namesAllMistakesAtOnce() {
        assertThatThrownBy(() -> KafkaBrokerOptions.builder(" ", "localhost")
                        .partitions(0)
                        .replicationFactor(0)
                        .bytesMax(1)
                        .sendDeadline(Duration.ofMillis(1))
                        .drainTimeout(Duration.ofHours(1))
                        .instanceId("no spaces")
                        .properties(Map.of("acks", "1"))
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("name is")
                .hasMessageContaining("bootstrap-servers has 'localhost', must be host:port")
                .hasMessageContaining("partitions is 0")
                .hasMessageContaining("replication-factor is 0")
                .hasMessageContaining("bytes-max is 1")
                .hasMessageContaining("send-deadline is PT0.001S")
                .hasMessageContaining("drain-timeout is PT1H")
                .hasMessageContaining("instance-id is no spaces")
                .hasMessageContaining("property 'acks' can't be set");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "host", "host:", ":9092", "host:0", "host:65536", "a:1,,b:2", "host:x"})
    void refusesServersThatAreNoHostAndPort(String servers) {
        assertThatThrownBy(() -> KafkaBrokerOptions.builder("kafka", servers).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("bootstrap-servers");
    }

    @ParameterizedTest
    @ValueSource(strings = {"host:1", "10.0.0.1:9092, [::1]:9093", "a.example:65535,b.example:9092"})
    void takesServersWithTheirPorts(String servers) {
        assertThat(KafkaBrokerOptions.builder("kafka", servers).build().bootstrapServers())
                .isEqualTo(servers);
    }

    @ParameterizedTest
    @CsvSource({
        "enable.auto.commit,true,positions are committed",
        "auto.offset.reset,latest,never silently moved",
        "isolation.level,read_uncommitted,took back must not run",
        "acks,0,all in-sync replicas",
        "enable.idempotence,false,double or reorder",
        "delivery.timeout.ms,1,send-deadline",
        "max.block.ms,60000,never blocks",
        "transactional.id,t,not transactional",
        "group.id,g,trigger names its group",
        "group.instance.id,i,instance-id",
        "bootstrap.servers,b:1,bootstrap-servers",
        "value.serializer,x,CloudEvents",
        "producer.acks,1,all in-sync replicas",
        "consumer.auto.offset.reset,earliest,never silently moved"
    })
    void refusesByNameWhatItsPromisesRestOn(String property, String value, String reason) {
        assertThatThrownBy(() -> with(Map.of(property, value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + property + "'")
                .hasMessageContaining(reason);
    }

    @Test
    void takesWhatIsAsItMustBe() {
        assertThat(with(Map.of(
                                "acks",
                                "all",
                                "producer.enable.idempotence",
                                "true",
                                "isolation.level",
                                "read_committed"))
                        .unknownProperties())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "sasl.mechanim,sasl.mechanism",
        "security.protocl,security.protocol",
        "producer.linger-ms,producer.linger.ms",
        "consumer.max.pol.records,consumer.max.poll.records",
        "ssl.trustore.location,ssl.truststore.location",
        "admin.retires,admin.retries"
    })
    void tellsATypoWithWhatWasMeant(String typo, String meant) {
        assertThatThrownBy(() -> with(Map.of(typo, "1")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + typo + "' is unknown; did you mean '" + meant + "'?");
    }

    @Test
    void reportsWhatNoClientKnowsAndPassesItOn() {
        var options = with(Map.of("my.plugin.setting", "1", "producer.other.plugin", "2"));

        assertThat(options.unknownProperties()).containsExactly("my.plugin.setting", "producer.other.plugin");
        assertThat(ClientProperties.producer(options))
                .containsEntry("my.plugin.setting", "1")
                .containsEntry("other.plugin", "2");
        assertThat(ClientProperties.consumer(options)).doesNotContainKey("other.plugin");
    }

    @Test
    void refusesAValueThatAClientWouldNotTake() {
        assertThatThrownBy(() -> with(Map.of("linger.ms", "soon")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("linger.ms");
        assertThatThrownBy(() -> with(Map.of("max.in.flight.requests.per.connection", "6")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("max.in.flight");
    }

    @Test
    void givesEachKindOfClientWhatItKnowsItsOwnFirst() {
        var options = with(Map.of(
                "security.protocol",
                "SSL",
                "linger.ms",
                "1",
                "producer.linger.ms",
                "2",
                "consumer.max.poll.records",
                "7"));

        assertThat(ClientProperties.producer(options))
                .containsEntry("security.protocol", "SSL")
                .containsEntry("linger.ms", "2")
                .containsEntry("acks", "all")
                .containsEntry("max.block.ms", "0")
                .doesNotContainKey("max.poll.records");
        assertThat(ClientProperties.consumer(options))
                .containsEntry("security.protocol", "SSL")
                .containsEntry("max.poll.records", "7")
                .containsEntry("auto.offset.reset", "none")
                .doesNotContainKey("linger.ms");
        assertThat(ClientProperties.admin(options)).containsEntry("security.protocol", "SSL");
    }

    @Test
    void derivesWhatClientsHoldFromTheBytesUnlessTold() {
        var small = KafkaBrokerOptions.builder("kafka", "localhost:9092")
                .bytesMax(64L << 20)
                .build();
        var told = KafkaBrokerOptions.builder("kafka", "localhost:9092")
                .bytesMax(64L << 20)
                .properties(Map.of("buffer.memory", "33554432", "fetch.max.bytes", "1048576"))
                .build();

        assertThat(ClientProperties.producer(small)).containsEntry("buffer.memory", String.valueOf(16 << 20));
        assertThat(ClientProperties.consumer(small)).containsEntry("fetch.max.bytes", String.valueOf(8 << 20));
        assertThat(ClientProperties.producer(told)).containsEntry("buffer.memory", "33554432");
        assertThat(ClientProperties.consumer(told)).containsEntry("fetch.max.bytes", "1048576");
    }

    @Test
    void showsNoSecret() {
        var options = with(Map.of(
                "sasl.jaas.config", JAAS,
                "ssl.key.password", CANARY,
                "admin.ssl.truststore.password", CANARY,
                "my.plugin.token", CANARY,
                "security.protocol", "SASL_SSL",
                "sasl.mechanism", "PLAIN"));

        assertThat(options.toString()).doesNotContain(CANARY).contains("SASL_SSL");
        assertThat(options.described().toString()).doesNotContain(CANARY);
        assertThat(options.described()).containsEntry("properties.ssl.key.password", "***");
    }

    @Test
    void showsNoSecretInMistakes() {
        assertThatThrownBy(() -> with(Map.of(
                        "sasl.jaas.config", JAAS, "ssl.keystore.pasword", CANARY, "linger.ms", "soon", "retries", "1")))
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(error -> assertThat(error.toString()).doesNotContain(CANARY));
        assertThatThrownBy(() -> with(Map.of("ssl.key.password", CANARY, "linger.ms", CANARY)))
                .satisfies(error -> assertThat(error.toString()).doesNotContain(CANARY));
    }

    @Test
    void scrubsSecretsOutOfErrorsAndDropsCausesThatTellThem() {
        var errors = new KafkaErrors(with(Map.of("sasl.jaas.config", JAAS)));
        var telling = new org.apache.kafka.common.KafkaException(
                "login failed", new IllegalArgumentException("option password=" + CANARY + " and " + JAAS));

        var told = errors.of(telling);

        assertThat(told.getMessage())
                .doesNotContain(CANARY)
                .contains("login failed")
                .contains("***");
        assertThat(told.getCause()).isNull();
    }

    @Test
    void callsARecordThatItsTopicNeverTakesRefusedAndNotTriedAgain() {
        var errors = new KafkaErrors(with(Map.of()));
        var keyless = new org.apache.kafka.common.KafkaException(
                "in an error state", new InvalidRecordException("no key in a compacted topic"));

        assertThat(errors.of(keyless))
                .isInstanceOf(BrokerException.Refused.class)
                .hasMessageContaining("no key in a compacted topic");
    }

    @Test
    void listsEachMeterOnceWithItsTags() {
        assertThat(KafkaBroker.meters()).extracting(KafkaBroker.MeterInfo::name).doesNotHaveDuplicates();
        assertThat(KafkaBroker.meters())
                .allSatisfy(row -> assertThat(row.description()).isNotBlank());
    }
}
