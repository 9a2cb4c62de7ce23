package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs the script {@code sluice} in a copy of the repository's outline, with a Java and a Maven that only write down
 * how they were called.
 */
class LauncherScriptTest {
    private static final Path SCRIPT = Path.of("..", "..", "sluice");
    private static final String JAVA = """
            #!/bin/sh
            echo "java $*"
            echo "columns ${SLUICE_COLUMNS:-none}"
            echo "kafka ${SLUICE_KAFKA_JARS:-none}"
            for flag in "$@"; do
                case ${STUB_ARCHIVES:-}$flag in
                    yes-XX:ArchiveClassesAtExit=* | yes-XX:AOTCacheOutput=*) echo "$flag" >"${flag#*=}" ;;
                esac
            done
            """;
    private static final String MAVEN = """
            #!/bin/sh
            case "$*" in *-v*) echo "Apache Maven ${STUB_MAVEN:-3.9.1} (x)"; exit 0 ;; esac
            echo "$PWD: mvn $*" >>"$STUB_LOG"
            echo "Downloaded from somewhere: x"
            echo "[INFO] Building Sluice: broker contract 0.1.0-SNAPSHOT          [1/2]"
            if [ -n "${STUB_FAILS:-}" ]; then echo "[ERROR] $STUB_FAILS"; exit 1; fi
            mkdir -p engine/server/target/launcher/lib
            case "$*" in *kafka-server*) mkdir -p brokers/kafka-server/target/launcher/lib ;; esac
            for folder in samples/orders/target/classes; do mkdir -p "$folder"; done
            """;

    @TempDir
    Path temporary;

    private Path root;
    private Path log;
    private Path jdk;
    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void layOut() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "skipped: there is no /bin/sh");
        root = temporary.resolve("a clone with spaces");
        log = temporary.resolve("maven.log");
        for (var module : List.of("functions-api", "cloudevents-adapters", "brokers", "triggers", "engine/server")) {
            Files.createDirectories(root.resolve(module).resolve("src/main/java"));
            Files.writeString(root.resolve(module).resolve("pom.xml"), "<project/>");
        }
        Files.writeString(root.resolve("pom.xml"), "<project/>");
        Files.createDirectories(root.resolve("samples/orders/src/main"));
        Files.writeString(root.resolve("samples/pom.xml"), "<module>orders</module>");
        Files.writeString(root.resolve("samples/orders/pom.xml"), "<project/>");
        Files.writeString(root.resolve("samples/orders/sluice.yaml"), "");
        Files.copy(SCRIPT, root.resolve("sluice"));
        assertThat(root.resolve("sluice").toFile().setExecutable(true)).isTrue();
        jdk = jdk("17.0.1");
        program(temporary.resolve("bin/mvn"), MAVEN);
        environment.put("JAVA_HOME", jdk.toString());
        environment.put("PATH", temporary.resolve("bin") + ":/usr/bin:/bin");
        environment.put("STUB_LOG", log.toString());
    }

    @Test
    void buildsOnFirstUseAndThenRunsTheCommandWithItsArguments() throws Exception {
        var outcome = sluice("get", "a b", "--admin=x");

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out().lines().findFirst().orElseThrow())
                .contains("TieredStopAtLevel=1", "-cp " + root.toRealPath() + "/engine/server/target/launcher/lib/*")
                .endsWith("dev.sluice.server.Main get a b --admin=x");
        assertThat(outcome.out()).contains("columns none");
        assertThat(outcome.err()).contains("building", "  1/2 Sluice: broker contract\n", "built in");
        assertThat(builds()).singleElement().asString().contains("-pl engine/server -am", "package");
    }

    @Test
    void buildsAgainOnlyWhenASourceChangedOrIsGone() throws Exception {
        sluice("version");
        assertThat(sluice("version").err()).isEmpty();
        assertThat(builds()).hasSize(1);

        touch(Files.writeString(root.resolve("brokers/src/main/java/New.java"), "class New {}"));
        sluice("version");
        assertThat(builds()).hasSize(2);

        Files.delete(root.resolve("brokers/src/main/java/New.java"));
        touch(root.resolve("brokers/src/main/java"));
        sluice("version");
        assertThat(builds()).hasSize(3);

        Files.createDirectories(root.resolve("brokers/src/test/java"));
        touch(Files.writeString(root.resolve("brokers/src/test/java/NewTest.java"), ""));
        sluice("version");
        assertThat(builds()).hasSize(3);
    }

    @Test
    void worksThroughALinkFromAnyFolder() throws Exception {
        var link = Files.createSymbolicLink(temporary.resolve("bin/s"), Path.of("..", "a clone with spaces", "sluice"));

        var outcome = run(link.toString(), "version");

        assertThat(outcome.exitCode()).isZero();
        assertThat(builds())
                .singleElement()
                .asString()
                .startsWith(root.toRealPath().toString());
    }

    @Test
    void buildsAModuleOfTheRepositoryInTheSameCall() throws Exception {
        sluice("dev", root.resolve("samples/orders").toString(), "--port", "0");
        sluice("dev", root.resolve("samples/orders").toString());
        sluice("run", "-f", root.resolve("samples/orders/sluice.yaml").toString());

        assertThat(builds()).singleElement().asString().contains("-pl engine/server,samples/orders -am");
    }

    @Test
    void buildsTheThrowAwayKafkaOnlyWhenItIsWantedAndSaysWhereItIs() throws Exception {
        var project = root.resolve("samples/orders").toString();
        var jars = root.toRealPath() + "/brokers/kafka-server/target/launcher/lib";
        assertThat(sluice("dev", project).out()).contains("kafka none");
        assertThat(sluice("dev", "--kafka", "there:9092", project).out()).contains("kafka none");
        assertThat(builds()).singleElement().asString().doesNotContain("kafka-server");

        assertThat(sluice("dev", project, "--kafka").out()).contains("kafka " + jars);
        assertThat(sluice("dev", "--kafka", project).out()).contains("kafka " + jars);
        assertThat(sluice("dev", "--kafka", "--port", "0", project).out()).contains("kafka " + jars);

        assertThat(builds()).hasSize(2).last().asString().contains("-pl engine/server,brokers/kafka-server -am");
    }

    @Test
    void buildsAProjectElsewhereByItsOwnPomAndOnlyForDev() throws Exception {
        var project = Files.createDirectories(temporary.resolve("my project"));
        Files.writeString(project.resolve("pom.xml"), "<project/>");
        Files.writeString(project.resolve("sluice.yaml"), "");
        sluice("run", "-f", project.resolve("sluice.yaml").toString());
        assertThat(builds()).hasSize(1);

        sluice("dev", project.toString());

        assertThat(builds())
                .hasSize(2)
                .last()
                .asString()
                .contains("-f " + project.toRealPath() + "/pom.xml -DskipTests package");
    }

    @Test
    void showsTheErrorsAndTheLogWhenTheBuildFails() throws Exception {
        environment.put("STUB_FAILS", "New.java:[1,7] ';' expected");

        var outcome = sluice("version");

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err())
                .contains("the build failed", "New.java:[1,7] ';' expected", "target/launcher/build.log");
        assertThat(root.resolve("target/launcher/lock")).doesNotExist();
    }

    @Test
    void saysWhatIsMissingOrTooOldAndWhatToInstall() throws Exception {
        environment.put("JAVA_HOME", jdk("11.0.2").toString());
        environment.put("PATH", onlyTools().toString());
        assertThat(sluice("version").err()).contains("needs Java 17 or newer", "has Java 11", "openjdk-17-jdk");

        environment.put("JAVA_HOME", jdk("1.8.0_292").toString());
        assertThat(sluice("version").err()).contains("has Java 8");

        environment.remove("JAVA_HOME");
        assertThat(sluice("version").err()).contains("JAVA_HOME is not set and no java is on PATH");

        environment.put("JAVA_HOME", jdk.toString());
        assertThat(sluice("version").err()).contains("needs Maven 3.6.3 or newer", "found: none", "install maven");

        environment.put("PATH", temporary.resolve("bin") + ":/usr/bin:/bin");
        environment.put("STUB_MAVEN", "3.6.1");
        assertThat(sluice("version").err()).contains("needs Maven 3.6.3 or newer", "found: 3.6.1");

        Files.delete(jdk.resolve("bin/javac"));
        var jre = sluice("version");
        assertThat(jre.err()).contains("needs a JDK to build");
        assertThat(jre.exitCode()).isEqualTo(1);
    }

    @Test
    void helpsWithoutBuildingWhenNothingIsAsked() throws Exception {
        var outcome = sluice();

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out()).startsWith("Usage: sluice COMMAND").contains("sluice dev samples/orders");
        assertThat(log).doesNotExist();
    }

    @Test
    void hasMavenVerifyTestTheRepository() throws Exception {
        sluice("test", "-pl", "engine/cli", "-B");

        assertThat(builds()).containsExactly(root.toRealPath() + ": mvn verify -pl engine/cli -B -T 2");
    }

    @Test
    void needsNoSecondBuildAfterTheWholeWasTestedAndOneAfterAPart() throws Exception {
        sluice("test", "-B", "-ntp");
        sluice("dev", root.resolve("samples/orders").toString());
        assertThat(builds()).hasSize(1);

        Files.delete(root.resolve("engine/server/target/launcher/built"));
        sluice("test", "-pl", "engine/cli");
        sluice("version");
        assertThat(builds()).hasSize(3);
    }

    @Test
    void runsTheLoadTestsAndBuildsThemOnce() throws Exception {
        var folder = root.resolve("load-tests");
        Files.createDirectories(folder.resolve("target/launcher/lib"));

        assertThat(sluice("bench", "P1").out()).contains("load-tests/target/launcher/lib/* dev.sluice.load.Main P1");
        sluice("bench", "P1");

        assertThat(builds()).singleElement().asString().contains("-pl load-tests -am");
    }

    @Test
    void givesTheEngineNoShortCommandsFlagsAndEveryoneTheUsers() throws Exception {
        environment.put("SLUICE_JAVA_OPTS", "-Xmx256m -Dx=y");

        assertThat(sluice("run").out()).contains("-Xmx256m -Dx=y -cp").doesNotContain("TieredStopAtLevel");
        assertThat(sluice("get").out()).contains("TieredStopAtLevel=1").contains("-Xmx256m -Dx=y -cp");
    }

    @Test
    void recordsAnArchiveWithAnEnginesFirstStartAndStartsAllFromItUntilTheNextBuild() throws Exception {
        environment.put("STUB_ARCHIVES", "yes");
        assertThat(sluice("get").out()).doesNotContain("-XX:SharedArchiveFile");

        var first = sluice("run");
        assertThat(first.err()).contains("recording an archive");
        assertThat(first.out()).contains("-XX:SharedArchiveFile=" + root.toRealPath() + "/target/launcher/start-");
        assertThat(sluice("run").err()).isEmpty();
        assertThat(sluice("get").out()).contains("-XX:SharedArchiveFile=");

        Files.setLastModifiedTime(
                root.resolve("engine/server/target/launcher/built"),
                FileTime.from(Instant.now().plusSeconds(60)));
        assertThat(sluice("get").out()).doesNotContain("-XX:SharedArchiveFile");
        assertThat(sluice("run").err()).contains("recording an archive");
    }

    @Test
    void recordsAnAotCacheWhereTheJvmHasOne() throws Exception {
        environment.put("STUB_ARCHIVES", "yes");
        environment.put("JAVA_HOME", jdk("25.0.1").toString());

        assertThat(sluice("run").out()).contains("-XX:AOTCache=", "-Xlog:aot=off");
    }

    @Test
    void startsWithoutAnArchiveWhenNoneCanBeRecordedOrNoneIsWanted() throws Exception {
        var outcome = sluice("run");

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.err()).contains("none could be recorded", "target/launcher/archive.log");
        assertThat(outcome.out()).doesNotContain("-XX:SharedArchiveFile");
        assertThat(sluice("run").err()).isEmpty();

        environment.put("STUB_ARCHIVES", "yes");
        environment.put("SLUICE_ARCHIVE", "no");
        Files.delete(root.resolve("engine/server/target/launcher/built"));
        var unwanted = sluice("run");
        assertThat(unwanted.err()).doesNotContain("archive");
        assertThat(unwanted.out()).doesNotContain("-XX:SharedArchiveFile");
    }

    @Test
    void leavesTheJarsOfARunningEngineAlone() throws Exception {
        sluice("version");
        touch(Files.writeString(root.resolve("engine/server/src/main/java/New.java"), ""));
        var engines = Files.createDirectories(root.resolve("target/launcher/engines"));
        Files.createFile(engines.resolve(String.valueOf(ProcessHandle.current().pid())));

        var outcome = sluice("get", "functions");

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.err()).contains("which an engine runs from; not built again");
        assertThat(builds()).hasSize(1);
    }

    @Test
    void takesOverTheLockOfABuildThatDied() throws Exception {
        var lock = Files.createDirectories(root.resolve("target/launcher/lock"));
        Files.writeString(lock.resolve("pid"), String.valueOf(deadProcess()));

        assertThat(sluice("version").exitCode()).isZero();
        assertThat(builds()).hasSize(1);
        assertThat(lock).doesNotExist();
    }

    private FakeEngine.Outcome sluice(String... args) throws Exception {
        var command = new ArrayList<String>();
        command.add(root.resolve("sluice").toString());
        command.addAll(List.of(args));
        return run(command.toArray(String[]::new));
    }

    private FakeEngine.Outcome run(String... command) throws Exception {
        var out = Files.createTempFile(temporary, "out", "");
        var err = Files.createTempFile(temporary, "err", "");
        var builder = new ProcessBuilder(command)
                .directory(temporary.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        var process = builder.start();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).as("ends in time").isTrue();
        return new FakeEngine.Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    private List<String> builds() throws IOException {
        return Files.exists(log) ? Files.readAllLines(log) : List.of();
    }

    private Path jdk(String version) throws IOException {
        var home = temporary.resolve("jdk " + version);
        program(home.resolve("bin/java"), JAVA);
        program(home.resolve("bin/javac"), JAVA);
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
        return home;
    }

    /** A folder for PATH with what a shell script needs, and neither Java nor Maven. */
    private Path onlyTools() throws IOException {
        var folder = Files.createDirectories(temporary.resolve("tools"));
        for (var name : List.of("dirname", "sed", "awk", "readlink", "grep", "find", "head", "cat", "basename")) {
            for (var place : List.of("/usr/bin", "/bin")) {
                var program = Path.of(place, name);
                var link = folder.resolve(name);
                if (Files.exists(program) && !Files.exists(link)) {
                    Files.createSymbolicLink(link, program);
                }
            }
        }
        return folder;
    }

    private static void program(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    /** Just newer than the last build and older than the next, whatever the time between them. */
    private void touch(Path file) throws IOException {
        var built = Files.getLastModifiedTime(root.resolve("engine/server/target/launcher/built"));
        Files.setLastModifiedTime(file, FileTime.from(built.toInstant().plusMillis(1)));
    }

    private static long deadProcess() throws Exception {
        var process = new ProcessBuilder("/bin/sh", "-c", "exit 0").start();
        process.waitFor();
        return process.pid();
    }
}
