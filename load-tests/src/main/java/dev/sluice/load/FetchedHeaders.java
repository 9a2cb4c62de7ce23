package dev.sluice.load;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * The sample event's headers as a consumer has them that has just fetched them: each time new objects, which hold views
 * of the batch and have made no string and no array yet. The id is another one each time, in a ring of 1,000. For one
 * thread.
 */
final class FetchedHeaders {
    private static final int RECORDS = 1_000;

    /** Names and values by turns. */
    private final List<byte[][]> written = new ArrayList<>();

    private int next;

    FetchedHeaders() {
        for (var record = 0; record < RECORDS; record++) {
            var parts = new ArrayList<byte[]>();
            for (var header : EventWriter.headers("A-1001-7f3c" + (1_000 + record))) {
                parts.add(header.key().getBytes(StandardCharsets.UTF_8));
                parts.add(header.value());
            }
            written.add(parts.toArray(byte[][]::new));
        }
    }

    /** The next record's. */
    Headers next() {
        next = next + 1 == RECORDS ? 0 : next + 1;
        var parts = written.get(next);
        var headers = new Header[parts.length / 2];
        for (var i = 0; i < headers.length; i++) {
            headers[i] = new RecordHeader(view(parts[2 * i]), view(parts[2 * i + 1]));
        }
        return new RecordHeaders(headers);
    }

    private static ByteBuffer view(byte[] bytes) {
        return ByteBuffer.wrap(bytes).slice();
    }
}
