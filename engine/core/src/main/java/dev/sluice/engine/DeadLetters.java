package dev.sluice.engine;

import dev.sluice.cloudevents.RawEvent;
import dev.sluice.cloudevents.WireEvent;
import dev.sluice.function.FunctionException;
import io.cloudevents.CloudEvent;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Makes the dead letter of an event: itself, and why it is one in its {@code dl*} extensions. */
final class DeadLetters {
    /** Functions that an event may come through before it counts as running in a loop. */
    static final int HOPS_MAX = 32;

    private static final int ERROR_BYTES_MAX = 1_024;
    /** Of the error in base64, which is what Knative allows. */
    private static final int KNATIVE_BYTES_MAX = 1_024;

    private final String function;
    private final TriggerSpec trigger;
    private final InstantSource clock;

    DeadLetters(String function, TriggerSpec trigger, InstantSource clock) {
        this.function = function;
        this.trigger = trigger;
        this.clock = clock;
    }

    CloudEvent of(Task task, String reason, @Nullable Throwable error) {
        return of(task, reason, error, describe(error));
    }

    /** The same of an error that is described already. */
    CloudEvent of(Task task, String reason, @Nullable Throwable error, String described) {
        return task.event() instanceof RawEvent raw
                ? raw.with(view -> marked(view, task, reason, error, described))
                : marked(WireEvent.builder(task.event()), task, reason, error, described)
                        .build();
    }

    private WireEvent.Builder marked(
            WireEvent.Builder builder, Task task, String reason, @Nullable Throwable error, String described) {
        builder.extension("dlreason", reason)
                .extension("dlattempts", task.tries)
                .extension("dlerror", described)
                .extension("dlfunction", function)
                .extension("dltrigger", trigger.name())
                .extension("dltopic", trigger.topic())
                .extension("dlpartition", task.delivery.partition())
                .extension("dloffset", Long.toString(task.delivery.offset()))
                .extension(
                        "dltime", clock.instant().truncatedTo(ChronoUnit.MILLIS).toString())
                .extension(Answers.HOPS, Answers.hops(task.event()) + 1);
        if (task.event().getExtension("dlredrives") == null) {
            builder.extension("dlredrives", 0);
        }
        return trigger.delivery().knative() ? inKnativesWords(builder, reason, error, described) : builder;
    }

    /**
     * Says it once more in the extensions of Knative's delivery: where it failed, an HTTP status for it, and the error.
     *
     * @see <a href="https://knative.dev/docs/eventing/event-delivery/">Event delivery of Knative</a>
     */
    private WireEvent.Builder inKnativesWords(
            WireEvent.Builder builder, String reason, @Nullable Throwable error, String described) {
        var words = error == null ? reason : described;
        var bytes = words.getBytes(StandardCharsets.UTF_8);
        var data = Base64.getEncoder().encode(Arrays.copyOf(bytes, Math.min(bytes.length, KNATIVE_BYTES_MAX / 4 * 3)));
        return builder.extension("knativeerrordest", "/functions/" + function)
                .extension("knativeerrorcode", statusOf(error))
                .extension("knativeerrordata", new String(data, StandardCharsets.US_ASCII));
    }

    /** What a subscriber over HTTP would have answered: 4xx where another try has no use. */
    private static int statusOf(@Nullable Throwable error) {
        if (error instanceof FunctionException.TimedOut) {
            return 504;
        }
        if (error instanceof FunctionException.Unavailable) {
            return 503;
        }
        return error == null || (error instanceof FunctionException expected && !expected.retryable()) ? 400 : 500;
    }

    /** {@code Type: message} in the characters that an attribute may have, at most 1 KiB of UTF-8. */
    static String describe(@Nullable Throwable error) {
        if (error == null) {
            return "none";
        }
        var type = error instanceof FunctionException
                ? error.getClass().getSimpleName()
                : error.getClass().getName();
        var message = messageOf(error);
        var text = message == null ? type : type + ": " + message;
        var clean = new StringBuilder(Math.min(text.length(), ERROR_BYTES_MAX));
        var bytes = 0;
        for (var i = 0; i < text.length(); ) {
            var c = text.codePointAt(i);
            i += Character.charCount(c);
            var kept = allowed(c) ? c : ' ';
            bytes += kept < 0x80 ? 1 : kept < 0x800 ? 2 : kept < 0x10000 ? 3 : 4;
            if (bytes > ERROR_BYTES_MAX) {
                break;
            }
            clean.appendCodePoint(kept);
        }
        return clean.toString();
    }

    @SuppressWarnings(
            "CatchingUnchecked") // a message is the function author's code: whatever it throws, the event goes on
    private static @Nullable String messageOf(Throwable error) {
        try {
            return error.getMessage();
        } catch (Throwable thrown) {
            return "its message can't be read: " + thrown.getClass().getName();
        }
    }

    private static boolean allowed(int c) {
        return !Character.isISOControl(c)
                && Character.getType(c) != Character.SURROGATE
                && (c & 0xFFFE) != 0xFFFE
                && !(c >= 0xFDD0 && c <= 0xFDEF);
    }
}
