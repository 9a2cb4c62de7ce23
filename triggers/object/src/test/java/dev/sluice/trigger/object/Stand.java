package dev.sluice.trigger.object;

import io.cloudevents.CloudEvent;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** A folder, a control topic and the work of a trigger, driven step by step on a clock of its own. */
final class Stand {
    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    final Path dir;
    final FakeControl control = new FakeControl();
    final TestDisk disk = new TestDisk();
    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    Tally tally = new Tally("in");
    FolderSpec folder;
    ObjectSpec spec = new ObjectSpec(
            "in", "in.events", Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(10), 100_000);
    int eventBytesMax = 1 << 20;
    private Instant now = START;
    private dev.sluice.broker.Control.@Nullable Session session;
    private @Nullable Work work;

    Stand(Path dir) {
        this.dir = dir;
        this.folder = FolderSpec.of(dir);
    }

    /** Writes a file that rests. */
    Path file(String name, String content) {
        return file(name, content, now.minusSeconds(172_800));
    }

    Path file(String name, String content, Instant modified) {
        try {
            var file = dir.resolve(name);
            Files.createDirectories(Objects.requireNonNull(file.getParent()));
            Files.writeString(file, content);
            return Files.setLastModifiedTime(file, FileTime.from(modified));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Instant now() {
        return now;
    }

    void pass(Duration time) {
        now = now.plus(time);
    }

    /** Begins from what is stored, as after a crash. */
    Stand restart() {
        work = null;
        session = null;
        return this;
    }

    private Work work() {
        var known = work;
        if (known == null) {
            var opened = Objects.requireNonNull(control.open("object-in").block());
            session = opened;
            tally = new Tally("in");
            var form = new EventForm("in");
            var place = new FolderPlace(disk, folder, form, () -> eventBytesMax, tally);
            var mover = folder.done() == FolderSpec.Done.KEEP
                    ? null
                    : new Mover(spec.trigger(), disk, folder, place, tally);
            known = new Work(spec, place, mover, opened.states(), tally, figures(), () -> now, () -> nanos());
            if (mover != null) {
                mover.emptyTrash();
            }
            work = known;
        }
        return known;
    }

    private Figures figures() {
        return new Figures(registry.counter("stored"), registry.timer("passes"));
    }

    private long nanos() {
        return Duration.between(START, now).toNanos();
    }

    /** One step, which is stored; whether the pass has ended. */
    boolean step() throws IOException {
        var step = work().next();
        Mono.defer(() -> Objects.requireNonNull(session).commit(step.events(), step.changes()))
                .block();
        step.stored().run();
        return step.passEnded();
    }

    /** One step that is not stored, as when the process ends. */
    void lostStep() throws IOException {
        work().next();
    }

    /** All steps up to the end of the pass; the events that it stored. */
    List<CloudEvent> look() throws IOException {
        var before = control.events().size();
        for (var steps = 0; !step(); steps++) {
            if (steps > 10_000) {
                throw new AssertionError("the pass does not end");
            }
        }
        var all = control.events();
        return all.subList(before, all.size());
    }

    List<String> subjects() throws IOException {
        return look().stream().map(CloudEvent::getSubject).sorted().toList();
    }

    Map<String, Integer> timesToldByFile() {
        var times = new TreeMap<String, Integer>();
        control.events().forEach(event -> times.merge(event.getSubject() + " " + event.getId(), 1, Integer::sum));
        return times;
    }
}
