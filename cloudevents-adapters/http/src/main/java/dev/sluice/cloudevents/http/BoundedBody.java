package dev.sluice.cloudevents.http;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Gathers an answer's body, up to a limit. The buffers stay their giver's, who releases them. For one body. */
final class BoundedBody {
    private static final int FIRST_BYTES = 512;
    private static final byte[] NO_BYTES = {};

    private final int bytesMax;
    private byte[] bytes;
    private int length;
    private boolean tooLarge;

    private BoundedBody(int bytesMax) {
        this.bytesMax = bytesMax;
        this.bytes = new byte[Math.min(FIRST_BYTES, bytesMax)];
    }

    /** The body, once it is there; or, once it passes the limit, without its bytes, and then the rest is cancelled. */
    static Mono<BoundedBody> of(Publisher<? extends ByteBuf> content, int bytesMax) {
        return Mono.defer(() -> {
            BoundedBody body = new BoundedBody(bytesMax);
            return Flux.from(content)
                    .doOnNext(body::add)
                    .takeUntil(piece -> body.tooLarge)
                    .then(Mono.just(body));
        });
    }

    /** Whether it is within the limit. */
    boolean whole() {
        return !tooLarge;
    }

    /** Empty when it is not whole. */
    byte[] bytes() {
        if (tooLarge) {
            return NO_BYTES;
        }
        return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
    }

    private void add(ByteBuf next) {
        int more = next.readableBytes();
        if (more > bytesMax - length) {
            tooLarge = true;
            return;
        }
        if (more > bytes.length - length) {
            bytes = Arrays.copyOf(bytes, (int) Math.min(bytesMax, Math.max(2L * bytes.length, (long) length + more)));
        }
        next.readBytes(bytes, length, more);
        length += more;
    }
}
