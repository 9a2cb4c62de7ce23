package dev.sluice.trigger.object;

import dev.sluice.cloudevents.WireEvent;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A bucket, listed from end to end; a pass can go on behind the key where another one was. */
final class BucketPlace implements Place {
    private final BucketSpec spec;
    private final Patterns patterns;
    private final Supplier<BucketClient> opener;
    private final EventForm form;
    private final IntSupplier eventBytesMax;
    private final Tally tally;
    private @Nullable BucketClient client;

    BucketPlace(
            BucketSpec spec, Supplier<BucketClient> opener, EventForm form, IntSupplier eventBytesMax, Tally tally) {
        this.spec = spec;
        this.patterns = new Patterns(spec.include(), spec.exclude());
        this.opener = opener;
        this.form = form;
        this.eventBytesMax = eventBytesMax;
        this.tally = tally;
    }

    @Override
    public Pass pass(@Nullable String after) {
        var known = client;
        if (known == null) {
            known = opener.get();
            client = known;
        }
        return new Listing(known, after);
    }

    @Override
    public @Nullable WireEvent event(Seen seen, boolean changed) {
        var reference = "s3://" + spec.bucket() + "/" + seen.path();
        var type = ContentTypes.of(Names.text(seen.path()));
        var event = form.event(new EventForm.Facts(seen, reference, type, null, null), changed, false);
        var max = eventBytesMax.getAsInt();
        if (event.sizeBytes() > max) {
            var what =
                    "the event of '" + reference + "' has " + event.sizeBytes() + " bytes, and its topic takes " + max;
            tally.count(Outcome.TOO_LARGE, what);
            return null;
        }
        return event;
    }

    @Override
    public void close() {
        var open = client;
        client = null;
        if (open != null) {
            open.close();
        }
    }

    /** A pass: one page in memory. */
    private final class Listing implements Pass {
        private final BucketClient from;
        private final @Nullable String after;
        private Iterator<BucketClient.Listed> page =
                List.<BucketClient.Listed>of().iterator();
        private @Nullable String token;
        private @Nullable String last;
        private boolean begun;

        Listing(BucketClient from, @Nullable String after) {
            this.from = from;
            this.after = after;
        }

        @Override
        public @Nullable Seen next() throws IOException {
            while (true) {
                if (!page.hasNext() && !turn()) {
                    return null;
                }
                if (page.hasNext()) {
                    var object = page.next();
                    last = object.key();
                    // What ends in a slash stands for a folder in consoles.
                    if (!object.key().endsWith("/") && patterns.take(object.key())) {
                        return new Seen(
                                Names.encoded(object.key()), object.size(), object.modifiedNanos(), object.etag());
                    }
                }
            }
        }

        /** @return whether there was another page */
        private boolean turn() throws IOException {
            if (begun && token == null) {
                return false;
            }
            var listed = from.list(token, after);
            begun = true;
            token = listed.next();
            page = listed.objects().iterator();
            return true;
        }

        @Override
        public boolean isComplete() {
            return true;
        }

        @Override
        public @Nullable String marker() {
            return last == null ? after : last;
        }

        @Override
        public void close() {
            page = List.<BucketClient.Listed>of().iterator();
        }
    }
}
