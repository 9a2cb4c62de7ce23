package dev.sluice.broker.kafka.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KafkaClusterTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @Test
    void keepsWhatItAcknowledgedWhenANodeIsKilledAndStartsAgain() throws Exception {
        var before = IntStream.range(0, 50).mapToObj(i -> "before-" + i).toList();
        var during = IntStream.range(0, 50).mapToObj(i -> "during-" + i).toList();
        Path folder;
        try (var cluster = KafkaCluster.start(3)) {
            folder = cluster.log(1).getParent().getParent();
            cluster.createTopic("orders", 3, Map.of());
            Records.send(cluster.bootstrapServers(), "orders", before, Map.of());
            var killed = leader(cluster);

            cluster.kill(killed);
            assertThat(cluster.runs(killed)).isFalse();
            Records.send(cluster.bootstrapServers(), "orders", during, Map.of());
            cluster.restart(killed);
            cluster.awaitInSync(LIMIT);

            assertThat(Records.read(cluster.bootstrapServers(), "orders", 100, Map.of(), LIMIT))
                    .containsAll(before)
                    .containsAll(during)
                    .hasSize(100);
        }
        assertThat(Files.exists(folder)).isFalse();
    }

    private static int leader(KafkaCluster cluster) throws Exception {
        try (var admin = cluster.admin()) {
            var topic = admin.describeTopics(List.of("orders")).allTopicNames().get(10, TimeUnit.SECONDS);
            var partition = topic.get("orders").partitions().get(0);
            assertThat(partition.replicas()).hasSize(3);
            return partition.leader().id();
        }
    }

    @Test
    void refusesToNameANodeThatIsNotThere() {
        assertThatThrownBy(() -> KafkaOptions.nodes(0)).hasMessage("nodes is 0: must be from 1 to 9");
        assertThatThrownBy(() -> KafkaOptions.nodes(2).advertisedAt(List.of(1)))
                .hasMessage("advertised-ports is [1]: must have one for each of 2 nodes");
    }
}
