package dev.sluice.server;

import dev.sluice.cli.ExitCode;
import java.net.BindException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Exceptions;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** Opens and closes listening sockets. */
final class HttpServers {
    private static final Logger LOG = LoggerFactory.getLogger(HttpServers.class);
    private static final Duration BIND_PATIENCE = Duration.ofSeconds(10);
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(3);

    private HttpServers() {}

    /**
     * Binds the server. Blocks.
     *
     * @param name the flag that sets the port, without dashes
     * @throws NodeException that says what to change when the port is taken or the host is not this machine's
     */
    static DisposableServer bind(HttpServer server, String host, int port, String name) throws NodeException {
        try {
            return server.host(host).port(port).bindNow(BIND_PATIENCE);
        } catch (RuntimeException e) {
            throw new NodeException(ExitCode.FAILURE, reason(e, host, port, name), e);
        }
    }

    private static String reason(RuntimeException error, String host, int port, String name) {
        var variable = "SLUICE_" + name.toUpperCase(Locale.ROOT).replace('-', '_');
        Throwable cause = Exceptions.unwrap(error);
        while (cause != null) {
            var message = String.valueOf(cause.getMessage());
            if (cause instanceof UnknownHostException || cause instanceof UnresolvedAddressException) {
                return "host '" + host + "' is unknown: set another with --host or SLUICE_HOST";
            }
            if (message.contains("assign requested address")) {
                return "host '" + host + "' is not an address of this machine: set another with --host or SLUICE_HOST";
            }
            if (message.contains("Permission denied")) {
                return "port " + port + " is not permitted for this user: set another with --" + name + " or "
                        + variable;
            }
            if (message.contains("in use") || cause instanceof BindException) {
                return "port " + port + " of " + host + " is in use: set another with --" + name + " or " + variable
                        + "; 0 takes a free one";
            }
            cause = cause.getCause();
        }
        return "port " + port + " of " + host + " can't be opened: " + error.getMessage();
    }

    /** The address as a URL. */
    static String url(String host, DisposableServer server) {
        return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + server.port();
    }

    /** Closes the server and its connections. Blocks up to 3 s. */
    static void close(DisposableServer server) {
        try {
            server.disposeNow(CLOSE_PATIENCE);
        } catch (IllegalStateException late) {
            LOG.atWarn().setCause(late).log("port {} was not closed in time", server.port());
        }
    }
}
