package dev.sluice.trigger.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.trigger.object.FolderSpec.Done;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderTest {
    @TempDir
    private Path dir;

    private Stand stand;

    @BeforeEach
    void setUp() {
        stand = new Stand(dir);
    }

    private static FolderSpec with(FolderSpec spec, List<String> include, List<String> exclude, boolean links) {
        return new FolderSpec(
                spec.dir(), include, exclude, true, false, links, true, spec.contentBytesMax(), Done.KEEP, null);
    }

    private FolderSpec carrying(int bytesMax) {
        return new FolderSpec(dir, List.of(), List.of(), true, false, false, true, bytesMax, Done.KEEP, null);
    }

    @Test
    void tellsWhatAFileIsAndWhere() throws IOException {
        var file = stand.file("sub/a b.csv", "id\n1\n");

        var event = stand.look().get(0);

        assertThat(event.getType()).isEqualTo("dev.sluice.object.created");
        assertThat(event.getSource()).isEqualTo(URI.create("/triggers/in"));
        assertThat(event.getSubject()).isEqualTo("sub/a b.csv");
        assertThat(event.getTime()).isEqualTo("2025-12-30T00:00:00Z");
        assertThat(event.getExtension("dataref")).isEqualTo(file.toUri().toString());
        assertThat(event.getExtension("objectsize")).isEqualTo("5");
        // Of: printf 'id\n1\n' | sha256sum
        var digest = "sha-256:7cde7fb64fd82bd152710cf238e017b9ab46c0592483edc067ba4f6c75fac108";
        assertThat(event.getExtension("objectdigest")).isEqualTo(digest);
        assertThat(event.getDataContentType()).isEqualTo("application/json");
        assertThat(new String(Objects.requireNonNull(event.getData()).toBytes()))
                .isEqualTo("{\"path\":\"sub/a b.csv\",\"size\":5,\"modified\":\"2025-12-30T00:00:00Z\","
                        + "\"contentType\":\"text/csv\",\"digest\":\"" + digest + "\"}");
        assertThat(stand.control.keys()).containsExactly("sub/a%20b.csv");
    }

    @Test
    void tellsAVersionOnceAcrossPassesAndRestarts() throws IOException {
        stand.file("a.csv", "1");
        assertThat(stand.subjects()).containsExactly("a.csv");
        assertThat(stand.subjects()).isEmpty();
        assertThat(stand.restart().subjects()).isEmpty();
    }

    @Test
    void tellsAnotherVersionAsAChangeWithAnotherId() throws IOException {
        stand.file("a.csv", "1");
        stand.look();
        stand.file("a.csv", "1", stand.now().minusSeconds(100_000));

        var changed = stand.restart().look();

        assertThat(changed).singleElement().satisfies(event -> {
            assertThat(event.getType()).isEqualTo("dev.sluice.object.changed");
            assertThat(event.getId()).isNotEqualTo(stand.control.events().get(0).getId());
        });
        assertThat(stand.restart().subjects()).isEmpty();
    }

    @Test
    void tellsAgainWithTheSameIdWhatWasNotStored() throws IOException {
        stand.file("a.csv", "1");
        stand.lostStep();

        var first = stand.restart().look().get(0);

        var other = new Stand(dir).look().get(0);
        assertThat(other.getId()).isEqualTo(first.getId());
    }

    @Test
    void waitsUntilAFileRests() throws IOException {
        stand.file("a.csv", "1", stand.now());
        assertThat(stand.subjects()).isEmpty();
        stand.pass(Duration.ofSeconds(1));
        stand.file("a.csv", "12", stand.now());
        assertThat(stand.subjects()).isEmpty();
        stand.pass(Duration.ofSeconds(1));
        assertThat(stand.subjects()).isEmpty();
        stand.pass(Duration.ofSeconds(1));
        assertThat(stand.look()).singleElement().satisfies(event -> assertThat(event.getExtension("objectsize"))
                .isEqualTo("2"));
    }

    @Test
    void takesWhatItsPatternsWant() throws IOException {
        List.of("a.csv", "b.txt", "tmp/c.csv", "sub/d.csv", ".hidden.csv", ".git/e.csv")
                .forEach(name -> stand.file(name, "1"));
        stand.folder = with(stand.folder, List.of("*.csv"), List.of("tmp"), false);

        assertThat(stand.subjects()).containsExactly("a.csv", "sub/d.csv");
    }

    @Test
    void carriesContentUpToItsLimitAndRefersToTheRest() throws IOException {
        stand.folder = carrying(3);
        stand.file("a.csv", "123");
        stand.file("b.csv", "1234");

        var events = stand.look();

        assertThat(events)
                .allSatisfy(event -> assertThat(event.getDataContentType()).isEqualTo("text/csv"));
        assertThat(events)
                .filteredOn(event -> "a.csv".equals(event.getSubject()))
                .singleElement()
                .satisfies(event -> assertThat(
                                Objects.requireNonNull(event.getData()).toBytes())
                        .isEqualTo("123".getBytes()));
        assertThat(events)
                .filteredOn(event -> "b.csv".equals(event.getSubject()))
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.getData()).isNull();
                    assertThat(event.getExtension("dataref")).isNotNull();
                });
    }

    @Test
    void leavesOutAndCountsAnEventThatIsTooLarge() throws IOException {
        stand.folder = carrying(1_000);
        stand.eventBytesMax = 500;
        stand.file("a.csv", "1".repeat(600));

        assertThat(stand.subjects()).isEmpty();
        assertThat(stand.tally.count(Outcome.TOO_LARGE)).isEqualTo(1);
        assertThat(stand.tally.trouble()).contains("a.csv").endsWith("bytes, and its topic takes 500");
    }

    @Test
    void readsAgainWhatWasReplacedWhileItWasRead() throws IOException {
        stand.file("a.csv", "old");
        stand.disk.whileRead = path -> stand.file("a.csv", "newer", stand.now().minusSeconds(90_000));
        assertThat(stand.subjects()).isEmpty();
        assertThat(stand.tally.count(Outcome.CHANGED)).isEqualTo(1);
        stand.disk.whileRead = path -> {};

        assertThat(stand.look()).singleElement().satisfies(event -> assertThat(event.getExtension("objectsize"))
                .isEqualTo("5"));
    }

    @Test
    void countsAFileThatWasDeletedBeforeItWasRead() throws IOException {
        stand.file("a.csv", "1");
        stand.file("b.csv", "1");
        stand.disk.beforeRead = path -> {
            if (path.endsWith("a.csv")) {
                delete(path);
            }
        };

        assertThat(stand.subjects()).containsExactly("b.csv");
        assertThat(stand.tally.count(Outcome.GONE)).isEqualTo(1);
        assertThat(stand.tally.lastError()).endsWith("a.csv' was gone before it could be read");
        assertThat(stand.tally.trouble()).isEmpty();
    }

    private static void delete(Path path) {
        try {
            Files.delete(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void namesAFolderThatCannotBeReadAndTellsTheOthersFiles() throws IOException {
        stand.file("a/1.csv", "1");
        stand.file("b/2.csv", "1");
        stand.disk.denied.add(dir.resolve("a"));

        assertThat(stand.subjects()).containsExactly("b/2.csv");
        assertThat(stand.tally.trouble()).isEqualTo("'" + dir.resolve("a") + "' can't be read: access is denied");

        stand.disk.denied.clear();
        assertThat(stand.subjects()).containsExactly("a/1.csv");
        assertThat(stand.tally.trouble()).isEmpty();
    }

    @Test
    void namesAFileThatCannotBeReadAndTriesAgain() throws IOException {
        var file = stand.file("1.csv", "1");
        stand.disk.denied.add(file);
        assertThat(stand.subjects()).isEmpty();
        assertThat(stand.tally.count(Outcome.UNREADABLE)).isEqualTo(1);
        stand.disk.denied.clear();
        assertThat(stand.subjects()).containsExactly("1.csv");
    }

    @Test
    void forgetsNothingWhileSomethingCannotBeRead() throws IOException {
        stand.file("a/1.csv", "1");
        stand.file("b/2.csv", "1");
        stand.look();
        stand.disk.breaking.add(dir);
        stand.disk.denied.add(dir.resolve("a"));
        stand.pass(Duration.ofMinutes(1));
        stand.look();
        stand.disk.breaking.clear();
        stand.disk.denied.clear();
        stand.pass(Duration.ofMinutes(1));

        assertThat(stand.subjects()).isEmpty();
    }

    @Test
    void remembersForAWhileWhatIsGone() throws IOException {
        var file = stand.file("a.csv", "1");
        stand.look();
        Files.delete(file);
        stand.pass(Duration.ofSeconds(5));
        stand.look();
        stand.file("a.csv", "1", Stand.START.minusSeconds(172_800));
        assertThat(stand.subjects()).isEmpty();

        Files.delete(file);
        stand.pass(Duration.ofSeconds(11));
        stand.look();
        assertThat(stand.control.states()).isEmpty();
        stand.file("a.csv", "1", Stand.START.minusSeconds(172_800));
        assertThat(stand.subjects()).containsExactly("a.csv");
    }

    @Test
    void saysWhatIsWrongWithAPlaceThatIsNoFolder() throws IOException {
        var file = stand.file("a.csv", "1");
        stand.folder = FolderSpec.of(file);
        assertThatThrownBy(() -> stand.look()).hasMessage("folder '" + file + "' can't be read: it is no folder");

        stand.folder = FolderSpec.of(dir.resolve("none"));
        assertThatThrownBy(() -> stand.restart().look())
                .hasMessage("folder '" + dir.resolve("none") + "' can't be read: it does not exist");
    }

    @Test
    void passesOverLinksUnlessTheyAreToBeFollowed() throws IOException {
        stand.file("real/a.csv", "1");
        Files.createSymbolicLink(dir.resolve("b.csv"), dir.resolve("real/a.csv"));
        assertThat(stand.subjects()).containsExactly("real/a.csv");

        stand.folder = with(stand.folder, List.of(), List.of(), true);
        assertThat(stand.restart().subjects()).containsExactly("b.csv");
    }

    @Test
    void doesNotFollowLinksInACircle() throws IOException {
        stand.file("sub/a.csv", "1");
        Files.createSymbolicLink(dir.resolve("sub/up"), dir);
        Files.createSymbolicLink(dir.resolve("self"), dir.resolve("self"));
        Files.createSymbolicLink(dir.resolve("nowhere"), dir.resolve("nothing"));
        stand.folder = with(stand.folder, List.of(), List.of(), true);

        assertThat(stand.subjects()).containsExactly("sub/a.csv");
        assertThat(stand.tally.count(Outcome.LOOP)).isEqualTo(2);
        assertThat(stand.tally.trouble()).isEmpty();
    }

    @Test
    void tellsNoMoreObjectsThanItMayKnow() throws IOException {
        stand.spec = new ObjectSpec("in", "t", Duration.ofSeconds(1), Duration.ZERO, Duration.ZERO, 2);
        stand.file("1", "1");
        stand.file("2", "1");
        stand.file("3", "1");
        assertThat(stand.look()).hasSize(2);
        assertThat(stand.tally.trouble()).startsWith("as many objects are known as may be, 2:");

        for (var event : stand.control.events()) {
            Files.delete(dir.resolve(Objects.requireNonNull(event.getSubject())));
        }
        stand.pass(Duration.ofSeconds(1));
        stand.look();
        assertThat(stand.look()).hasSize(1);
    }

    @Test
    void tellsNamesThatAreNoPlainText() throws IOException {
        stand.file("line\nbreak 100%.csv", "1");
        stand.file("größe.csv", "1");

        var events = stand.look();

        assertThat(events)
                .extracting(event -> Files.exists(Path.of(URI.create(String.valueOf(event.getExtension("dataref"))))))
                .containsExactly(true, true);
        assertThat(events).anySatisfy(event -> assertThat(event.getSubject()).isEqualTo("line%0Abreak%20100%25.csv"));
    }

    @Test
    void stillTellsAllOfManyFilesWhoseStepsAreLost() throws IOException {
        for (var i = 0; i < 2_500; i++) {
            stand.file("f" + i % 7 + "/" + i, "x");
        }
        stand.step();
        stand.lostStep();
        stand.restart().step();
        stand.lostStep();
        stand.restart().look();

        assertThat(stand.timesToldByFile()).hasSize(2_500).allSatisfy((file, times) -> assertThat(times)
                .isOne());
    }
}
