package dev.sluice.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeerProjectTest {
    private static final Instant LONG_AGO = Instant.parse("2020-01-01T00:00:00Z");

    @TempDir
    private Path place;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final Progress progress =
            new Progress(new PrintStream(said, true, StandardCharsets.UTF_8), Duration.ofSeconds(1));
    private Lab lab;
    private Path folder;
    private Path jar;

    @BeforeEach
    void make() throws IOException {
        lab = new Lab();
        folder = Files.createDirectories(place.resolve("vertx"));
        Files.createDirectories(folder.resolve("src/main/java"));
        jar = old(Files.writeString(place.resolve("load-tests.jar"), ""));
        old(Files.writeString(folder.resolve("pom.xml"), "<project/>"));
        old(Files.writeString(folder.resolve("src/main/java/Peer.java"), ""));
        old(folder.resolve("src/main/java"));
        old(folder.resolve("src/main"));
        old(folder.resolve("src"));
    }

    @AfterEach
    void close() {
        lab.close();
    }

    @Test
    void isBuiltOnceWithTheJarOfTheLoadTestsWhichComesLastInItsClassPath() throws Exception {
        var project = project("touch target/peer/lib/vertx-core-5.1.1.jar; echo \"$@\" >>builds");

        var path = project.classPath(lab, progress);
        project.classPath(lab, progress);

        assertThat(path.split(System.getProperty("path.separator")))
                .containsExactly(
                        folder.resolve("target/classes").toString(),
                        folder.resolve("target/peer/lib/*").toString(),
                        jar.toString());
        assertThat(Files.readAllLines(folder.resolve("builds")))
                .containsExactly("-B process-classes -Dload-tests.jar=" + jar);
        assertThat(project.version("vertx-core")).isEqualTo("5.1.1");
        assertThat(said()).containsOnlyOnce("building the peer vertx");
    }

    @Test
    void isBuiltAgainWithoutItsFormerLibrariesOnceASourceOrTheLoadTestsAreNewer() throws Exception {
        var project = project("touch target/peer/lib/x-$(date +%N).jar; echo >>builds");
        project.classPath(lab, progress);

        Files.setLastModifiedTime(
                folder.resolve("src/main/java/Peer.java"),
                FileTime.from(Instant.now().plusSeconds(1)));
        project.classPath(lab, progress);
        old(folder.resolve("src/main/java/Peer.java"));
        Files.setLastModifiedTime(jar, FileTime.from(Instant.now().plusSeconds(1)));
        project.classPath(lab, progress);

        assertThat(Files.readAllLines(folder.resolve("builds"))).hasSize(3);
        try (var libraries = Files.list(folder.resolve("target/peer/lib"))) {
            assertThat(libraries).hasSize(1);
        }
    }

    @Test
    void tellsWhereTheLogOfAFailedBuildIsAndBuildsAnewTheNextTime() throws Exception {
        var failing = project("echo '[ERROR] Peer.java:[1,2] error: cannot find symbol'; exit 1");

        assertThatThrownBy(() -> failing.classPath(lab, progress))
                .isInstanceOf(BenchException.class)
                .hasMessageContaining("the peer vertx could not be built: Peer.java:[1,2] error: cannot find symbol")
                .hasMessageContaining(folder.resolve("target/peer/build.log").toString());
        assertThat(folder.resolve("target/peer/build.log")).content().contains("cannot find symbol");
        assertThat(project("echo >builds").classPath(lab, progress)).isNotEmpty();
        assertThat(folder.resolve("builds")).exists();
    }

    @Test
    void saysThatARepositoryCannotBeReachedInPlaceOfMavensWholeAdvice() {
        var log = List.of(
                "[INFO] BUILD FAILURE",
                "[ERROR] Failed to execute goal on project vertx: Could not resolve dependencies -> [Help 1]",
                "[ERROR] Could not transfer artifact io.vertx:vertx-core:pom:5.1.1 from/to central: Connection refused",
                "[ERROR] To see the full stack trace of the errors, re-run Maven with the -e switch.");

        assertThat(PeerProject.why(log))
                .startsWith("Maven can't reach a repository that has what it needs")
                .contains("io.vertx:vertx-core:pom:5.1.1")
                .doesNotContain("re-run");
    }

    @Test
    void saysHowToGetMavenWhereThereIsNone() {
        var project = new PeerProject(folder, jar, place.resolve("no-such-mvn").toString());

        assertThatThrownBy(() -> project.classPath(lab, progress))
                .isInstanceOf(BenchException.class)
                .hasMessageContaining("needs Maven to be built")
                .hasMessageContaining("apt-get install maven");
    }

    private PeerProject project(String script) throws IOException {
        var maven = place.resolve("mvn-" + System.nanoTime());
        Files.writeString(maven, "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(maven, PosixFilePermissions.fromString("rwx------"));
        return new PeerProject(folder, jar, maven.toString());
    }

    private static Path old(Path file) throws IOException {
        return Files.setLastModifiedTime(file, FileTime.from(LONG_AGO));
    }

    private String said() {
        return said.toString(StandardCharsets.UTF_8);
    }
}
