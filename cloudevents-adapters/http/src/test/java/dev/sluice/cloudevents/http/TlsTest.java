package dev.sluice.cloudevents.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.cloudevents.WireEvent;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.netty.http.Http11SslContextSpec;
import reactor.netty.http.server.HttpServer;
import reactor.netty.tcp.SslProvider;

/** The certificate is held against the sink's name, though an address that was looked at is what is connected to. */
class TlsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final char[] PASSWORD = "for-tests".toCharArray();
    private static final WireEvent EVENT =
            WireEvent.builder().id("1").source("/s").type("t").build();

    @TempDir
    private Path folder;

    @Test
    void sendsToWhoHasACertificateForTheNameAndToNobodyElse() throws Exception {
        KeyStore keys = certificateFor("sink.example");
        SslProvider.GenericSslContextSpec<?> own = Http11SslContextSpec.forServer(keyManagers(keys));
        HttpEventClient client = client(keys);
        HttpEventClient suspicious = HttpEventClient.builder()
                .addresses(AddressRules.PUBLIC.allowing("127.0.0.1"))
                .names(new FakeNames("127.0.0.1"))
                .build();
        try (FakeSink sink = new FakeSink(HttpServer.create().secure(tls -> tls.sslContext(own)))) {
            client.send(URI.create("https://sink.example:" + sink.port() + "/"), EVENT)
                    .block(PATIENCE);
            assertThat(sink.got.get(0).headers().get("host")).isEqualTo("sink.example:" + sink.port());

            URI other = URI.create("https://other.example:" + sink.port() + "/");
            assertThatThrownBy(() -> client.send(other, EVENT).block(PATIENCE))
                    .isInstanceOf(SinkException.Unreachable.class);
            URI untrusted = URI.create("https://sink.example:" + sink.port() + "/");
            assertThatThrownBy(() -> suspicious.send(untrusted, EVENT).block(PATIENCE))
                    .isInstanceOf(SinkException.Unreachable.class);
            assertThat(sink.got).hasSize(1);
        } finally {
            client.close().block(PATIENCE);
            suspicious.close().block(PATIENCE);
        }
    }

    private static HttpEventClient client(KeyStore trusted) throws Exception {
        TrustManagerFactory authorities = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        authorities.init(trusted);
        return HttpEventClient.builder()
                .addresses(AddressRules.PUBLIC.allowing("127.0.0.1"))
                .names(new FakeNames("127.0.0.1", "127.0.0.1"))
                .trusting(authorities)
                .build();
    }

    private static KeyManagerFactory keyManagers(KeyStore keys) throws Exception {
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD);
        return managers;
    }

    private KeyStore certificateFor(String name) throws Exception {
        Path file = folder.resolve("keys.p12");
        Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
        Process made = new ProcessBuilder(
                        keytool.toString(),
                        "-genkeypair",
                        "-alias",
                        "sink",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=" + name,
                        "-ext",
                        "SAN=dns:" + name,
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        new String(PASSWORD))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("keytool.txt").toFile())
                .start();
        assertThat(made.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(made.exitValue())
                .as(Files.readString(folder.resolve("keytool.txt")))
                .isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, PASSWORD);
        }
        return keys;
    }
}
