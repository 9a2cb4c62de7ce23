package dev.sluice.trigger.object;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.cloudevents.WireEvent;
import dev.sluice.trigger.object.FolderSpec.Done;
import io.cloudevents.CloudEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MoverTest {
    @TempDir
    private Path dir;

    private Path done;
    private Stand stand;

    @BeforeEach
    void setUp() {
        done = dir.resolve("done");
        stand = new Stand(dir);
        stand.folder = new FolderSpec(dir, List.of(), List.of(), true, false, false, true, 0, Done.MOVE, done);
    }

    private void deleting(int contentBytesMax) {
        stand.folder =
                new FolderSpec(dir, List.of(), List.of(), true, false, false, true, contentBytesMax, Done.DELETE, null);
    }

    private static Path referred(CloudEvent event) {
        return Path.of(URI.create(String.valueOf(event.getExtension("dataref"))));
    }

    private static List<Path> files(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void refersToWhereAFileIsOnceItsEventIsStored() throws IOException {
        stand.file("sub/a b.csv", "1");

        var event = stand.look().get(0);

        assertThat(referred(event)).hasContent("1").startsWith(done.resolve("sub"));
        assertThat(referred(event).getFileName().toString()).matches("a b\\.[0-9a-f]{12}\\.csv");
        assertThat(event.getSubject()).isEqualTo("sub/a b.csv");
        assertThat(dir.resolve("sub/a b.csv")).doesNotExist();
        assertThat(stand.control.states()).isEmpty();
        assertThat(stand.subjects()).isEmpty();
    }

    @Test
    void keepsTwoVersionsApart() throws IOException {
        stand.file("a.csv", "1");
        stand.look();
        stand.file("a.csv", "2", stand.now().minusSeconds(90_000));
        stand.look();

        assertThat(stand.control.events()).extracting(MoverTest::referred).doesNotHaveDuplicates();
        assertThat(files(done)).hasSize(2);
    }

    @Test
    void tellsAgainAVersionThatCameBack() throws IOException {
        for (var times = 0; times < 2; times++) {
            stand.file("a.csv", "1");
            assertThat(stand.subjects()).containsExactly("a.csv");
            assertThat(stand.subjects()).isEmpty();
        }
    }

    @Test
    void losesNothingWhereverItStops() throws IOException {
        var random = new Random(4);
        for (var i = 0; i < 60; i++) {
            stand.file("f" + i + (i % 3 == 0 ? "" : ".csv"), "x" + i);
            // A step lost is one whose moves were made and whose events were not stored, or the other way round.
            for (var steps = random.nextInt(4); steps > 0; steps--) {
                stand.step();
            }
            stand.lostStep();
            stand.restart();
        }
        stand.look();
        stand.look();

        assertThat(stand.timesToldByFile()).hasSize(60).allSatisfy((file, times) -> assertThat(times)
                .isOne());
        assertThat(stand.control.events())
                .allSatisfy(event -> assertThat(referred(event)).exists());
        assertThat(files(dir)).hasSize(60).allSatisfy(file -> assertThat(file).startsWith(done));
        assertThat(stand.control.states()).isEmpty();
    }

    @Test
    void keepsOnItsListWhatItMovedAndCannotRead() throws IOException {
        stand.file("a.csv", "1");
        stand.step();
        var moved = new ArrayList<Path>();
        stand.disk.beforeRead = path -> {
            moved.add(path);
            delete(path);
        };
        // The file is gone after it was moved: there is nothing to tell, and it stays on the list until it is back.
        stand.look();
        assertThat(stand.control.events()).isEmpty();
        assertThat(stand.control.states()).isNotEmpty();
        stand.disk.beforeRead = path -> {};
        Files.writeString(moved.get(0), "1");

        assertThat(stand.restart().subjects()).containsExactly("a.csv");
        assertThat(stand.control.states()).isEmpty();
    }

    private static void delete(Path path) {
        try {
            Files.delete(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void leavesAFileThatCannotBeMovedAndSaysSo() throws IOException {
        var file = stand.file("a.csv", "1");
        stand.disk.denied.add(file);
        assertThat(stand.subjects()).isEmpty();
        assertThat(file).exists();
        assertThat(stand.tally.count(Outcome.NOT_MOVED)).isEqualTo(1);
        stand.disk.denied.clear();
        assertThat(stand.subjects()).containsExactly("a.csv");
    }

    @Test
    void tellsBothVersionsWhenOneIsReplacedBeforeItIsMoved() throws IOException {
        stand.file("a.csv", "1");
        stand.step();
        stand.file("a.csv", "22", stand.now().minusSeconds(90_000));
        stand.look();
        stand.look();

        assertThat(stand.control.events()).singleElement().satisfies(event -> assertThat(referred(event))
                .hasContent("22"));
    }

    @Test
    void deletesWhatItsEventCarriesAndNothingElse() throws IOException {
        deleting(3);
        stand.file("a.csv", "123");
        var large = stand.file("b.csv", "1234");

        var events = stand.look();

        assertThat(events).hasSize(2);
        assertThat(events)
                .filteredOn(event -> "a.csv".equals(event.getSubject()))
                .singleElement()
                .satisfies(event -> assertThat(event.getData()).isNotNull());
        assertThat(files(dir)).containsExactly(large);
        assertThat(stand.restart().subjects()).isEmpty();
    }

    @Test
    void deletesAfterACrashWhatWasStored() throws IOException {
        deleting(3);
        stand.file("a.csv", "123");
        stand.disk.deletesNothing = true;
        stand.step();
        stand.step();
        assertThat(files(dir)).hasSize(1);
        stand.disk.deletesNothing = false;

        stand.restart().look();

        assertThat(files(dir)).isEmpty();
        assertThat(stand.control.events()).hasSize(1);
        assertThat(stand.control.states()).isEmpty();
    }

    @Test
    void triesEachPassToDeleteWhatCouldNotBeAndSaysSo() throws IOException {
        deleting(3);
        stand.file("a.csv", "123");
        stand.disk.deletesNothing = true;
        stand.look();
        assertThat(files(dir)).hasSize(1);
        assertThat(stand.tally.trouble()).contains("can't be deleted");
        stand.disk.deletesNothing = false;

        stand.look();

        assertThat(files(dir)).isEmpty();
        assertThat(stand.control.states()).isEmpty();
        assertThat(stand.control.events()).hasSize(1);
    }

    @Test
    void deletesNothingThatAnotherTriggerOfTheFolderIsAboutToTell() throws IOException {
        deleting(3);
        stand.file("a.csv", "123");
        stand.step();
        stand.lostStep();
        var other = new Stand(dir);
        other.folder = new FolderSpec(dir, List.of("*.json"), List.of(), true, true, false, true, 3, Done.DELETE, null);
        other.spec = new ObjectSpec(
                "other", "in.events", other.spec.poll(), other.spec.settle(), other.spec.remember(), 100_000);
        other.file("b.json", "12");
        assertThat(other.subjects()).containsExactly("b.json");

        assertThat(stand.restart().subjects()).containsExactly("a.csv");
        assertThat(files(dir)).isEmpty();
    }

    @Test
    void doesNotDeleteWhatIsStillToBeTold() throws IOException {
        deleting(3);
        stand.file("a.csv", "123");
        stand.step();
        stand.lostStep();
        assertThat(files(dir.resolve(Mover.TRASH))).hasSize(1);

        assertThat(stand.restart().look()).hasSize(1);
        assertThat(files(dir)).isEmpty();
    }

    @Test
    void leavesAFileWhereItIsWhoseEventWouldBeTooLarge() throws IOException {
        deleting(1_000);
        stand.eventBytesMax = 900;
        var file = stand.file("a.csv", "1".repeat(800));

        assertThat(stand.subjects()).isEmpty();

        assertThat(file).exists();
        assertThat(stand.control.states()).isEmpty();
        assertThat(stand.tally.count(Outcome.TOO_LARGE)).isEqualTo(1);
        assertThat(stand.tally.trouble()).contains("'" + file + "'").endsWith("bytes, and its topic takes 900");
        stand.eventBytesMax = 2_000;
        assertThat(stand.subjects()).containsExactly("a.csv");
        assertThat(file).doesNotExist();
    }

    @Test
    void knowsBeforeItMovesAFileWhetherItsEventFits() throws IOException {
        deleting(1_000);
        stand.file("a b.csv", "1".repeat(700));
        var size = WireEvent.sizeOf(stand.look().get(0));
        stand.file("a b.csv", "1".repeat(700));

        stand.eventBytesMax = size - 1;
        assertThat(stand.subjects()).isEmpty();
        assertThat(files(dir)).containsExactly(dir.resolve("a b.csv"));
        stand.eventBytesMax = size;
        assertThat(stand.subjects()).containsExactly("a b.csv");
        assertThat(files(dir)).isEmpty();
    }

    @Test
    void putsAFileBackThatItsTopicDoesNotTakeAnyMore() throws IOException {
        deleting(1_000);
        var file = stand.file("a.csv", "1".repeat(800));
        stand.step();
        stand.eventBytesMax = 900;

        assertThat(stand.subjects()).isEmpty();

        assertThat(file).exists();
        assertThat(stand.control.states()).isEmpty();
    }

    @Test
    void doesNotDeleteAFileThatGrewBeyondWhatItsEventCarries() throws IOException {
        deleting(3);
        var file = stand.file("a.csv", "123");
        stand.step();
        stand.lostStep();
        var moved = files(dir).get(0);
        Files.writeString(moved, "1234");
        Files.setLastModifiedTime(moved, FileTime.from(stand.now().minusSeconds(100_000)));

        assertThat(stand.restart().look()).singleElement().satisfies(event -> assertThat(event.getData())
                .isNull());
        assertThat(file).hasContent("1234");
    }
}
