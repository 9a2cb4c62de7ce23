package dev.sluice.server;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for SIGTERM, SIGINT or SIGHUP. The first one is a request to stop in order; a second one ends the process at
 * once with 128 + its number. Shutdown hooks can't tell a second signal, so the signals are taken over, by
 * reflection: the class is in every JDK, but no part of the Java platform that this program is compiled against. Where
 * it is missing, a shutdown hook does for the first signal.
 */
final class StopSignal {
    private static final Logger LOG = LoggerFactory.getLogger(StopSignal.class);
    private static final List<String> SIGNALS = List.of("TERM", "INT", "HUP");

    private final CountDownLatch first = new CountDownLatch(1);
    private final CountDownLatch done = new CountDownLatch(1);

    private volatile boolean awaited;

    private StopSignal() {}

    /** From here on a signal does not end the process, but {@link #await}. */
    static StopSignal install() {
        var stop = new StopSignal();
        try {
            for (var signal : SIGNALS) {
                stop.take(signal);
            }
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.atDebug().setCause(e).log("signals can't be taken over: a second one will not be heard");
            Runtime.getRuntime().addShutdownHook(new Thread(stop::stopInHook, "sluice-stop"));
        }
        return stop;
    }

    private void take(String name) throws ReflectiveOperationException {
        var signalType = Class.forName("sun.misc.Signal");
        var handlerType = Class.forName("sun.misc.SignalHandler");
        var signal = signalType.getConstructor(String.class).newInstance(name);
        var number = (int) signalType.getMethod("getNumber").invoke(signal);
        var handler = Proxy.newProxyInstance(
                StopSignal.class.getClassLoader(),
                new Class<?>[] {handlerType},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "handle" -> received(number);
                    case "equals" -> proxy == arguments[0];
                    case "hashCode" -> System.identityHashCode(proxy);
                    default -> name;
                });
        signalType.getMethod("handle", signalType, handlerType).invoke(null, signal, handler);
    }

    private @Nullable Object received(int number) {
        if (first.getCount() == 0) {
            Runtime.getRuntime().halt(128 + number);
        }
        first.countDown();
        return null;
    }

    /** The virtual machine ends once its hooks have: holds it until the node has stopped, then makes the status 0. */
    private void stopInHook() {
        if (!awaited) {
            // Nothing serves yet, so nothing would ever say that it has stopped; the status is the program's own.
            return;
        }
        first.countDown();
        try {
            done.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(0);
    }

    /** Waits for the first signal. */
    void await() throws InterruptedException {
        awaited = true;
        first.await();
    }

    /** Says that all is stopped. */
    void done() {
        done.countDown();
    }
}
