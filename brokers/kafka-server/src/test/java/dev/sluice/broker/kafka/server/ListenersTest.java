package dev.sluice.broker.kafka.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ListenersTest {
    private static final int PROXY = Ports.free(1).get(0);
    private static LocalKafka kafka;

    @BeforeAll
    static void start() {
        kafka = LocalKafka.start(
                KafkaOptions.nodes(1).withUser("alice", "right").advertisedAt(List.of(PROXY)));
    }

    @AfterAll
    static void end() {
        kafka.close();
    }

    @Test
    void letsInWhoKnowsThePassword() throws Exception {
        var topic = kafka.createTopic("orders", 1);

        Records.send(kafka.saslBootstrapServers(), topic, List.of("a"), as("alice", "right"));

        assertThat(Records.read(kafka.bootstrapServers(), topic, 1, Map.of(), Duration.ofSeconds(20)))
                .containsExactly("a");
    }

    @Test
    void refusesAWrongPassword() {
        var topic = kafka.createTopic("orders", 1);

        assertThatThrownBy(() -> Records.send(kafka.saslBootstrapServers(), topic, List.of("a"), as("alice", "wrong")))
                .hasRootCauseInstanceOf(SaslAuthenticationException.class);
    }

    @Test
    void refusesWhatARuleForbids() throws Exception {
        var topic = kafka.createTopic("orders", 1);
        try (var admin = kafka.admin()) {
            var rule = new AclBinding(
                    new ResourcePattern(ResourceType.TOPIC, topic, PatternType.LITERAL),
                    new AccessControlEntry("User:alice", "*", AclOperation.WRITE, AclPermissionType.DENY));
            admin.createAcls(List.of(rule)).all().get(10, TimeUnit.SECONDS);
        }

        assertThatThrownBy(() -> Records.send(kafka.saslBootstrapServers(), topic, List.of("a"), as("alice", "right")))
                .hasRootCauseInstanceOf(TopicAuthorizationException.class);
    }

    @Test
    void sendsThoseWhoComeByTheProxyThroughIt() throws Exception {
        var topic = kafka.createTopic("orders", 1);
        try (var proxy = new ServerSocket(PROXY, 50, InetAddress.getLoopbackAddress())) {
            var carried = new AtomicInteger();
            var forwarder = new Thread(() -> forward(proxy, carried));
            forwarder.setDaemon(true);
            forwarder.start();

            // Of the bootstrap server only the addresses are asked: the rest goes to the advertised port.
            Records.send("127.0.0.1:" + kafka.proxiedPort(), topic, List.of("a"), Map.of());

            assertThat(carried).hasPositiveValue();
        }
    }

    private static void forward(ServerSocket from, AtomicInteger carried) {
        try {
            while (!from.isClosed()) {
                var client = from.accept();
                var broker = new Socket("127.0.0.1", kafka.proxiedPort());
                carried.incrementAndGet();
                pump(client, broker);
                pump(broker, client);
            }
        } catch (IOException e) {
            // The test is over.
        }
    }

    private static void pump(Socket from, Socket to) {
        var pump = new Thread(() -> {
            try (from;
                    to) {
                from.getInputStream().transferTo(to.getOutputStream());
            } catch (IOException e) {
                // One side has closed, which ends the other.
            }
        });
        pump.setDaemon(true);
        pump.start();
    }

    private static Map<String, Object> as(String user, String password) {
        return Map.of(
                "security.protocol",
                "SASL_PLAINTEXT",
                "sasl.mechanism",
                "PLAIN",
                "sasl.jaas.config",
                "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"" + user + "\" password=\""
                        + password + "\";");
    }
}
