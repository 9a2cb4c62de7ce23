package dev.sluice.trigger.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Against a real S3 server, s3rver, which npm installs once into the folder of temporary files. Skipped, with the reason,
 * when that can't be done.
 */
class S3ServerTest {
    private static final String VERSION = "3.7.1";
    private static final Pattern LISTENING = Pattern.compile(".*listening on .*:(\\d+)$");

    @TempDir
    private static Path data;

    private static @Nullable Process server;
    private static URI endpoint = URI.create("http://127.0.0.1:1");

    @BeforeAll
    static void start() throws IOException, InterruptedException {
        var script = installed().resolve("node_modules/s3rver/bin/s3rver.js");
        var why = Files.exists(script) ? "" : "npm can't install s3rver " + VERSION;
        if (!why.isEmpty()) {
            System.out.println("S3ServerTest is skipped: " + why);
        }
        assumeTrue(why.isEmpty(), why);
        var started = new ProcessBuilder(
                        "node",
                        script.toString(),
                        "-d",
                        data.toString(),
                        "-a",
                        "127.0.0.1",
                        "-p",
                        "0",
                        "--configure-bucket",
                        "photos")
                .redirectErrorStream(true)
                .start();
        server = started;
        var lines = new BufferedReader(new InputStreamReader(started.getInputStream(), StandardCharsets.UTF_8));
        for (var line = lines.readLine(); line != null; line = lines.readLine()) {
            var listening = LISTENING.matcher(line);
            if (listening.matches()) {
                endpoint = URI.create("http://127.0.0.1:" + listening.group(1));
                return;
            }
        }
        throw new IOException("s3rver ended before it listened");
    }

    private static Path installed() throws InterruptedException {
        var folder = Path.of(System.getProperty("java.io.tmpdir"), "sluice-s3rver-" + VERSION);
        if (!Files.exists(folder.resolve("installed"))) {
            try {
                Files.createDirectories(folder);
                var npm = new ProcessBuilder("npm", "install", "--no-audit", "--no-fund", "s3rver@" + VERSION)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(new File(folder.toFile(), "npm.log"))
                        .start();
                if (npm.waitFor(100, TimeUnit.SECONDS) && npm.exitValue() == 0) {
                    Files.writeString(folder.resolve("installed"), VERSION);
                }
                npm.destroyForcibly();
            } catch (IOException noNpm) {
                return folder;
            }
        }
        return folder;
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.destroyForcibly();
        }
    }

    private static BucketSpec bucket(String name) {
        return new BucketSpec(
                name,
                "in/",
                List.of(),
                List.of(),
                endpoint,
                "us-east-1",
                new BucketSpec.Credentials("S3RVER", "S3RVER"));
    }

    @Test
    void listsWhatIsBelowThePrefixAndBehindAKey() throws IOException {
        try (var client = S3Client.builder()
                .endpointOverride(endpoint)
                .forcePathStyle(true)
                // This server keeps a body that is sent in chunks with their heads.
                .serviceConfiguration(config -> config.chunkedEncodingEnabled(false))
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("S3RVER", "S3RVER")))
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .build()) {
            client.putObject(request -> request.bucket("photos").key("in/a b.jpg"), RequestBody.fromString("12345"));
            client.putObject(request -> request.bucket("photos").key("out/c.jpg"), RequestBody.fromString("1"));
        }
        try (var reading = new S3Bucket(bucket("photos"))) {
            assertThat(reading.list(null, null).objects()).singleElement().satisfies(object -> {
                assertThat(object.key()).isEqualTo("in/a b.jpg");
                assertThat(object.size()).isEqualTo(5);
                // printf 12345 | md5sum
                assertThat(object.etag()).isEqualTo("827ccb0eea8a706c4c34a16891f84e7b");
                assertThat(object.modifiedNanos()).isPositive();
            });
            assertThat(reading.list(null, "in/a b.jpg").objects()).isEmpty();
        }
    }

    @Test
    void saysThatABucketIsNotThere() {
        try (var reading = new S3Bucket(bucket("nothing"))) {
            assertThatThrownBy(() -> reading.list(null, null))
                    .isInstanceOf(IOException.class)
                    .hasMessage("bucket 'nothing' at " + endpoint + " is not there");
        }
    }

    @Test
    void saysThatAStoreCannotBeReached() {
        var nobody = new BucketSpec(
                "photos",
                "",
                List.of(),
                List.of(),
                URI.create("http://127.0.0.1:1"),
                "us-east-1",
                new BucketSpec.Credentials("a", "b"));
        try (var reading = new S3Bucket(nobody)) {
            assertThatThrownBy(() -> reading.list(null, null))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("bucket 'photos' at http://127.0.0.1:1 can't be reached: ");
        }
    }
}
