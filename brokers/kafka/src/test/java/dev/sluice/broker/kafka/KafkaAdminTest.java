package dev.sluice.broker.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.kafka.server.LocalKafka;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.internals.KafkaFutureImpl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What is known of a topic before anything is sent to it. The leaders' answers are the test's, all else is a real
 * Kafka's.
 */
class KafkaAdminTest {
    private final Map<TopicPartition, KafkaFutureImpl<ListOffsetsResultInfo>> leaders = new HashMap<>();
    private final CountDownLatch asked = new CountDownLatch(1);
    private ScheduledExecutorService control;
    private KafkaAdmin admin;
    private String topic;

    @BeforeEach
    void createTopic() {
        var kafka = LocalKafka.shared();
        topic = kafka.createTopic("admin", 2);
        control = Executors.newSingleThreadScheduledExecutor();
        var options =
                KafkaBrokerOptions.builder("kafka", kafka.bootstrapServers()).build();
        admin = new KafkaAdmin(options, new KafkaErrors(options), control, () -> answeringForLeaders(kafka.admin()));
    }

    @AfterEach
    void close() throws Exception {
        control.submit(admin::close).get(10, TimeUnit.SECONDS);
        control.shutdown();
    }

    /** The client, but for where partitions end: that is answered when the test says so. */
    private Admin answeringForLeaders(Admin client) {
        return (Admin) Proxy.newProxyInstance(
                Admin.class.getClassLoader(), new Class<?>[] {Admin.class}, (proxy, method, arguments) -> {
                    if (!method.getName().equals("listOffsets")) {
                        try {
                            return method.invoke(client, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    }
                    var answers = new HashMap<TopicPartition, KafkaFuture<ListOffsetsResultInfo>>();
                    ((Map<?, ?>) arguments[0]).keySet().forEach(partition -> {
                        var answer = new KafkaFutureImpl<ListOffsetsResultInfo>();
                        leaders.put((TopicPartition) partition, answer);
                        answers.put((TopicPartition) partition, answer);
                    });
                    asked.countDown();
                    return new ListOffsetsResult(answers);
                });
    }

    private KafkaFutureImpl<ListOffsetsResultInfo> leaderOf(int partition) {
        return leaders.get(new TopicPartition(topic, partition));
    }

    private static ListOffsetsResultInfo empty() {
        return new ListOffsetsResultInfo(0, -1, Optional.empty());
    }

    @Test
    void takesATopicForKnownOnceEveryLeaderAnswersForItsPartition() throws Exception {
        var known = admin.ensure(topic, false);

        assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(leaders).hasSize(2);
        leaderOf(0).complete(empty());
        assertThat(known).isNotDone();
        leaderOf(1).complete(empty());
        assertThat(known.get(10, TimeUnit.SECONDS).partitions()).isEqualTo(2);
    }

    @Test
    void takesATopicForKnownWhenAPartitionHasNoLeaderWithinTheLimit() throws Exception {
        var known = admin.ensure(topic, false);

        assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
        leaderOf(0).complete(empty());
        leaderOf(1).completeExceptionally(new TimeoutException("no leader"));
        assertThat(known.get(10, TimeUnit.SECONDS).partitions()).isEqualTo(2);
    }
}
