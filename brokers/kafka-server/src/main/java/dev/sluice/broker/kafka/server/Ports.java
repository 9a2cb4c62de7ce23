package dev.sluice.broker.kafka.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Free ports below the range that the system hands out to outgoing connections: a node that is restarted finds its port
 * as it left it.
 */
final class Ports {
    private static final int FROM = 15_000;
    private static final int TO = 32_000;
    private static final int TRIES_MAX = 1_000;

    private Ports() {}

    /** This many different ports of the loopback address that nobody listened on just now. */
    static List<Integer> free(int count) {
        var ports = new HashSet<Integer>();
        for (var tries = 0; ports.size() < count; tries++) {
            if (tries == TRIES_MAX) {
                throw new IllegalStateException("no free port found between " + FROM + " and " + TO);
            }
            var port = ThreadLocalRandom.current().nextInt(FROM, TO);
            if (isFree(port)) {
                ports.add(port);
            }
        }
        return List.copyOf(ports);
    }

    private static boolean isFree(int port) {
        try (var socket = new ServerSocket(port, 1, loopback())) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    private static InetAddress loopback() {
        try {
            return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
