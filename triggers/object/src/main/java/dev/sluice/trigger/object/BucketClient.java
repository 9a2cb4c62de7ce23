package dev.sluice.trigger.object;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lists a bucket, a page at a time. Blocks. */
interface BucketClient extends Closeable {
    /**
     * An object as the store lists it.
     *
     * @param etag without its quotes
     */
    record Listed(String key, long size, long modifiedNanos, String etag) {}

    /**
     * A page, in the order of the keys' bytes.
     *
     * @param next what the next page is asked for with; null when this is the last one
     */
    record Page(List<Listed> objects, @Nullable String next) {}

    /**
     * A page of 1,000 objects at most.
     *
     * @param token what the page before said; null for the first
     * @param after the key after which the first page begins; null for the beginning
     * @throws IOException why it can't be listed, in words for a person
     */
    Page list(@Nullable String token, @Nullable String after) throws IOException;

    @Override
    void close();
}
