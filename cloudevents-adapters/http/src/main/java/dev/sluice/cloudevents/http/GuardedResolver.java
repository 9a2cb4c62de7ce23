package dev.sluice.cloudevents.http;

import io.netty.resolver.AbstractAddressResolver;
import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Resolves a sink's name once for each connection and gives only addresses that the rules allow. What it gives is what is
 * connected to: nobody asks for the name a second time, so that a name whose answer changes in between gains nothing.
 * Literal addresses come by here too.
 */
final class GuardedResolver extends AddressResolverGroup<InetSocketAddress> {
    private final AddressRules rules;
    private final AddressResolverGroup<?> names;

    /** @param names looks names up; stays open when this is closed */
    GuardedResolver(AddressRules rules, AddressResolverGroup<?> names) {
        this.rules = rules;
        this.names = names;
    }

    @Override
    protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
        return new Guarded(executor);
    }

    /** Says that none of a name's addresses may be connected to. */
    static final class AddressRefusedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        AddressRefusedException() {
            super("has no address that may be connected to", null, false, false);
        }
    }

    private final class Guarded extends AbstractAddressResolver<InetSocketAddress> {
        Guarded(EventExecutor executor) {
            super(executor, InetSocketAddress.class);
        }

        /** Never: then a literal address would be connected to without a look. */
        @Override
        protected boolean doIsResolved(InetSocketAddress address) {
            return false;
        }

        @Override
        protected void doResolve(InetSocketAddress name, Promise<InetSocketAddress> promise) {
            Promise<List<InetSocketAddress>> all = executor().newPromise();
            all.addListener(done -> {
                if (done.isSuccess()) {
                    promise.trySuccess(all.getNow().get(0));
                } else {
                    promise.tryFailure(done.cause());
                }
            });
            doResolveAll(name, all);
        }

        @Override
        protected void doResolveAll(InetSocketAddress name, Promise<List<InetSocketAddress>> promise) {
            if (!name.isUnresolved()) {
                settle(List.of(name), promise);
                return;
            }
            Future<? extends List<? extends SocketAddress>> found =
                    names.getResolver(executor()).resolveAll(name);
            found.addListener(done -> {
                if (done.isSuccess()) {
                    settle(found.getNow(), promise);
                } else {
                    promise.tryFailure(done.cause());
                }
            });
        }

        private void settle(List<? extends SocketAddress> found, Promise<List<InetSocketAddress>> promise) {
            List<InetSocketAddress> allowed = new ArrayList<>(found.size());
            for (SocketAddress address : found) {
                if (address instanceof InetSocketAddress ip
                        && ip.getAddress() != null
                        && rules.allow(ip.getAddress())) {
                    allowed.add(ip);
                }
            }
            if (allowed.isEmpty()) {
                promise.tryFailure(new AddressRefusedException());
            } else {
                promise.trySuccess(allowed);
            }
        }
    }
}
