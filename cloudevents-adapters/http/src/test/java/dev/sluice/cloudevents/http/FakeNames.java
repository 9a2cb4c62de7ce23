package dev.sluice.cloudevents.http;

import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.resolver.InetSocketAddressResolver;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Knows every name, by answers that a test gives. */
final class FakeNames extends AddressResolverGroup<InetSocketAddress> {
    private final String[] answers;
    private final AtomicInteger lookups = new AtomicInteger();

    /** @param answers of one look-up after the other, with blanks between addresses; empty for an unknown name */
    FakeNames(String... answers) {
        this.answers = answers;
    }

    int lookups() {
        return lookups.get();
    }

    @Override
    protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
        return new InetSocketAddressResolver(executor, new InetNameResolver(executor) {
            @Override
            protected void doResolve(String name, Promise<InetAddress> promise) {
                promise.setFailure(new UnsupportedOperationException());
            }

            @Override
            protected void doResolveAll(String name, Promise<List<InetAddress>> promise) throws Exception {
                String answer = answers[lookups.getAndIncrement()];
                if (answer.isEmpty()) {
                    promise.setFailure(new UnknownHostException(name));
                    return;
                }
                List<InetAddress> all = new ArrayList<>();
                for (String address : answer.split(" ", -1)) {
                    all.add(InetAddress.getByAddress(
                            name, InetAddress.getByName(address).getAddress()));
                }
                promise.setSuccess(all);
            }
        });
    }
}
