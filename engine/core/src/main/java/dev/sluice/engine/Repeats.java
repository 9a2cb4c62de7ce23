package dev.sluice.engine;

import dev.sluice.cloudevents.RawEvent;
import io.cloudevents.CloudEvent;
import io.cloudevents.SpecVersion;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which events a trigger has had already. An event is known from the start of its first try on; it counts as done, and
 * later ones like it as repeats, only once its run has ended well and it is off its source. Until then those like it
 * wait for it, and when it ends otherwise, in a dead letter or given back, the next of them is the first. Done ones are
 * forgotten after the window, or from the oldest on when there are too many. On the home loop; figures from anywhere.
 */
final class Repeats {
    /** What an entry holds beside the characters of its key, by the layout of objects on a 64-bit machine. */
    private static final int ENTRY_BYTES = 160;

    private final RepeatPolicy policy;
    private final Map<String, Known> known = new HashMap<>();
    private final ArrayDeque<Known> done = new ArrayDeque<>();
    private long doneBytes;

    /** Events that were not run; read by anyone. */
    final Count repeated = new Count();
    /** Done events that were forgotten before their time, for want of room. */
    final Count forgotten = new Count();

    /** What is to be done about an event whose turn it is. */
    enum Turn {
        /** It is to be run. */
        RUN,
        /** One like it is done. */
        REPEAT,
        /** One like it is not done: it waits for that. */
        BEHIND
    }

    private static final class Known {
        final String key;
        final int bytes;
        /** Null once it is done. */
        @Nullable
        Task first;

        @Nullable
        ArrayDeque<Task> behind;

        long doneNanos;

        Known(String key, Task first) {
            this.key = key;
            this.first = first;
            bytes = ENTRY_BYTES + 2 * key.length();
        }
    }

    Repeats(RepeatPolicy policy) {
        this.policy = policy;
    }

    /** Whether one like it is done; to be asked of any event, counts it. */
    boolean isRepeat(Task task, long now) {
        expire(now);
        var like = known.get(keyOf(task.event()));
        var repeat = like != null && like.first == null;
        repeated.add(repeat ? 1 : 0);
        return repeat;
    }

    /** What follows for an event that is about to start a try; one that is to run is known from now on. */
    Turn turn(Task task, long now) {
        expire(now);
        var key = keyOf(task.event());
        var like = known.get(key);
        if (like == null) {
            known.put(key, new Known(key, task));
            return Turn.RUN;
        }
        if (like.first == null) {
            repeated.add(1);
            return Turn.REPEAT;
        }
        return like.first == task ? Turn.RUN : Turn.BEHIND;
    }

    /** The event like this one that is not done; null when none is, or it is this one itself. */
    @Nullable
    Task openLike(Task task) {
        if (task.event() instanceof RawEvent) {
            return null;
        }
        var like = known.get(keyOf(task.event()));
        return like == null || like.first == task ? null : like.first;
    }

    /** An event waits for the one like it. */
    void wait(Task task) {
        var like = known.get(keyOf(task.event()));
        if (like == null) {
            throw new IllegalStateException("no event like " + task.event().getId() + " is known");
        }
        if (like.behind == null) {
            like.behind = new ArrayDeque<>(2);
        }
        like.behind.add(task);
    }

    /**
     * An event has left, done or given back.
     *
     * @param well whether its run ended well and it is off its source
     * @return those that waited for it, whose turn has come
     */
    Iterable<Task> left(Task task, boolean well, long now) {
        if (task.event() instanceof RawEvent) {
            return List.of();
        }
        var like = known.get(keyOf(task.event()));
        if (like == null) {
            return List.of();
        }
        if (like.first != task) {
            if (like.behind != null) {
                like.behind.remove(task);
            }
            return List.of();
        }
        var behind = like.behind;
        like.behind = null;
        if (well) {
            like.first = null;
            like.doneNanos = now;
            done.addLast(like);
            doneBytes += like.bytes;
            limit();
        } else {
            known.remove(like.key);
        }
        return behind == null ? List.of() : behind;
    }

    private void limit() {
        while (done.size() > policy.entriesMax() || doneBytes > policy.bytesMax()) {
            forgetOldest();
            forgotten.add(1);
        }
    }

    private void expire(long now) {
        var window = policy.window().toNanos();
        for (var oldest = done.peekFirst();
                oldest != null && now - oldest.doneNanos >= window;
                oldest = done.peekFirst()) {
            forgetOldest();
        }
    }

    private void forgetOldest() {
        var oldest = done.removeFirst();
        doneBytes -= oldest.bytes;
        known.remove(oldest.key);
    }

    /** The values with their lengths, so that no two lists of values make one key. */
    private String keyOf(CloudEvent event) {
        var key = new StringBuilder();
        for (var attribute : policy.attributes()) {
            var value = valueOf(event, attribute);
            if (value == null) {
                key.append('-');
            } else {
                var text = value.toString();
                key.append(text.length()).append(':').append(text);
            }
        }
        return key.toString();
    }

    private static @Nullable Object valueOf(CloudEvent event, String attribute) {
        return SpecVersion.V1.getAllAttributes().contains(attribute)
                ? event.getAttribute(attribute)
                : event.getExtension(attribute);
    }

    /** Events known, and not done: those of which a try has begun. */
    int openOnes() {
        return known.size() - done.size();
    }

    /** Events known as done. */
    int entries() {
        return done.size();
    }

    /** What they hold, estimated. */
    long bytes() {
        return doneBytes;
    }
}
