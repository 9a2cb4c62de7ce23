package dev.sluice.trigger.object;

import dev.sluice.broker.Control;
import dev.sluice.broker.Control.Change;
import dev.sluice.broker.Control.Outgoing;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A trigger's work from the moment that its states were read: pass after pass, in steps each of which is to be stored
 * before the next is asked for. A step that could not be stored ends the work: what it knows is ahead of what is stored.
 * Blocks; not for several threads.
 */
final class Work implements Closeable {
    private static final int EVENTS_MAX = Control.EVENTS_MAX;
    private static final int BYTES_MAX = 4 << 20;
    /** States of a commit at most, 16 KiB each. */
    private static final int CHANGED_MAX = 64;
    /** A step ends after that much time, so that what was found is stored, and a stop is heard. */
    private static final long STEP_NANOS = Duration.ofSeconds(2).toNanos();

    private static final String MARKER = "marker";

    private final String topic;
    private final Place place;
    private final @Nullable Mover mover;
    private final Ledger ledger;
    private final Settling settling;
    private final long rememberSeconds;
    private final Tally tally;
    private final Figures figures;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private final Fingerprint fingerprint = new Fingerprint();

    private @Nullable Pass pass;
    private @Nullable IOException failure;
    private @Nullable String marker;
    private boolean markerStored;
    private boolean wholePass;
    private boolean sweeping;
    private boolean movedThisPass;
    private int passSeconds;

    /** What a step is made of, while it is. */
    private static final class Draft {
        private final List<Outgoing> events = new ArrayList<>();
        private final List<Seen> away = new ArrayList<>();
        private final List<Change> changes = new ArrayList<>();
        private long bytes;

        boolean isFull() {
            return events.size() + away.size() >= EVENTS_MAX || bytes >= BYTES_MAX;
        }
    }

    /**
     * @param states what was stored so far
     * @param mover what takes files away; null when they stay
     */
    Work(
            ObjectSpec spec,
            Place place,
            @Nullable Mover mover,
            Map<String, byte[]> states,
            Tally tally,
            Figures figures,
            InstantSource clock,
            LongSupplier nanos) {
        this.topic = spec.topic();
        this.place = place;
        this.mover = mover;
        this.settling = new Settling(spec.settle(), ObjectSpec.WAITING_MAX);
        this.rememberSeconds = spec.remember().toSeconds();
        this.tally = tally;
        this.figures = figures;
        this.clock = clock;
        this.nanos = nanos;
        this.ledger = Ledger.of(states, spec.objectsMax(), nowSeconds());
        var stored = states.get(MARKER);
        this.marker = stored == null ? null : new String(stored, StandardCharsets.UTF_8);
        this.markerStored = stored != null;
        if (mover != null) {
            mover.load(states);
        }
    }

    private int nowSeconds() {
        return (int) TimeUnit.NANOSECONDS.toSeconds(nanos.getAsLong());
    }

    /**
     * What is to be stored next.
     *
     * @throws IOException when the place can't be looked at, in words for a person
     */
    Step next() throws IOException {
        if (mover != null && mover.isMoving() && !movedThisPass) {
            return moved(mover);
        }
        if (failure != null) {
            throw failed();
        }
        return sweeping ? sweep() : look();
    }

    /** Moves what is to be moved. */
    private Step moved(Mover by) {
        movedThisPass = true;
        var moved = by.move();
        var events = moved.stream()
                .map(each -> new Outgoing(topic, each.event(), EventForm.key(each.file())))
                .toList();
        return new Step(
                events,
                by.end(moved),
                () -> {
                    figures.stored(events.size());
                    by.stored();
                },
                false);
    }

    private Step look() throws IOException {
        var current = pass == null ? begin() : pass;
        var draft = new Draft();
        var until = nanos.getAsLong() + STEP_NANOS;
        var ended = false;
        while (!ended && !draft.isFull() && ledger.changed() < CHANGED_MAX && nanos.getAsLong() - until < 0) {
            ended = !lookOnce(current, draft);
            if (failure != null) {
                ended = false;
                break;
            }
        }
        if (failure != null && ledger.changed() == 0 && draft.away.isEmpty()) {
            throw failed();
        }
        draft.changes.addAll(ledger.takeChanges());
        if (!draft.away.isEmpty() && mover != null) {
            draft.changes.addAll(mover.begin(draft.away));
            movedThisPass = false;
        } else if (ended && mover != null) {
            draft.changes.addAll(mover.tidied());
        }
        mark(current, ended, draft);
        var idle = ended && end(current) && draft.away.isEmpty();
        var count = draft.events.size();
        return new Step(draft.events, draft.changes, () -> figures.stored(count), idle);
    }

    /** @return whether there was an object, or a failure, which is kept: what was found before is to be stored first */
    private boolean lookOnce(Pass current, Draft draft) {
        try {
            var seen = current.next();
            if (seen == null) {
                return false;
            }
            figures.looked();
            consider(seen, draft);
        } catch (IOException e) {
            failure = e;
        }
        return true;
    }

    /** Ends the pass because of a failure, which is to be thrown. The next one goes on from its marker, if it has one. */
    private IOException failed() throws IOException {
        var why = Objects.requireNonNull(failure);
        failure = null;
        closePass();
        return why;
    }

    private Pass begin() throws IOException {
        wholePass = marker == null;
        passSeconds = nowSeconds();
        movedThisPass = false;
        figures.passBegan(nanos.getAsLong());
        var begun = place.pass(marker);
        pass = begun;
        return begun;
    }

    /** @return whether there is nothing more to do before the next pass */
    private boolean end(Pass ended) throws IOException {
        sweeping = wholePass && ended.isComplete() && !settling.overflowed();
        settling.roundEnded();
        tally.passEnded();
        figures.passEnded(nanos.getAsLong(), clock.instant(), settling.waiting(), ledger.size());
        pass = null;
        ended.close();
        return !sweeping;
    }

    /** Takes down how far the pass is, for places where another one can go on from there. */
    private void mark(Pass current, boolean ended, Draft draft) {
        var reached = current.marker();
        marker = ended ? null : reached == null ? marker : reached;
        if (marker != null && !draft.events.isEmpty()) {
            draft.changes.add(Change.put(MARKER, marker.getBytes(StandardCharsets.UTF_8)));
            markerStored = true;
        } else if (ended && markerStored) {
            draft.changes.add(Change.remove(MARKER));
            markerStored = false;
        }
    }

    private void consider(Seen seen, Draft draft) {
        var path = fingerprint.path(seen.path());
        var version = fingerprint.version(seen);
        var known = ledger.seen(path, passSeconds);
        if (known && ledger.has(path, version)) {
            return;
        }
        var modifiedMillis = TimeUnit.NANOSECONDS.toMillis(seen.modifiedNanos());
        if (!settling.rests(path, version, modifiedMillis, clock.millis(), nanos.getAsLong())) {
            return;
        }
        if (mover != null && mover.takes(seen)) {
            if (mover.hasRoom(draft.away.size() + 1) && mover.fits(seen)) {
                draft.away.add(seen);
            }
        } else if (!known && ledger.isFull()) {
            tally.count(
                    Outcome.FULL,
                    "as many objects are known as may be, " + ledger.size()
                            + ": more have no events until some are gone");
        } else {
            tell(seen, path, version, known, draft);
        }
    }

    private void tell(Seen seen, long path, long version, boolean known, Draft draft) {
        var event = place.event(seen, known);
        if (event != null) {
            ledger.put(path, version, passSeconds);
            draft.events.add(new Outgoing(topic, event, EventForm.key(seen)));
            draft.bytes += event.sizeBytes();
        }
    }

    /** Forgets what is gone. */
    private Step sweep() {
        sweeping = !ledger.sweep(passSeconds - (int) rememberSeconds, CHANGED_MAX);
        var known = ledger.size();
        return new Step(List.of(), ledger.takeChanges(), () -> figures.known(known), !sweeping);
    }

    private void closePass() throws IOException {
        var open = pass;
        pass = null;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public void close() throws IOException {
        try (place) {
            closePass();
        }
    }
}
