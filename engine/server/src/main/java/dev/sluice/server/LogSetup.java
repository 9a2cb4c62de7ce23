package dev.sluice.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.slf4j.Logger;

/**
 * Sets up logging without a file to parse: one line per record on stderr, at the levels of {@code SLUICE_LOG}. That is
 * a level for Sluice, {@code info} by default, or a list: {@code debug,io.netty=info}. Everything else is at {@code
 * warn}, but for what Kafka's clients say of their connections; what else they say again and again is told every 30 s
 * at most.
 *
 * <p>Found by Logback through the service loader; public for that reason alone.
 */
public final class LogSetup extends ContextAwareBase implements Configurator {
    private static final String VARIABLE = "SLUICE_LOG";
    private static final String OURS = "dev.sluice";

    private static final List<String> CONNECTING = List.of(
            "org.apache.kafka.clients.NetworkClient",
            "org.apache.kafka.clients.admin.internals.AdminMetadataManager",
            "org.apache.kafka.clients.Metadata",
            "org.apache.kafka.common.network.Selector");

    /** Called by the service loader. */
    public LogSetup() {}

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        var layout = new LogLine();
        layout.setContext(context);
        layout.start();
        var encoder = new LayoutWrappingEncoder<ILoggingEvent>();
        encoder.setContext(context);
        encoder.setCharset(StandardCharsets.UTF_8);
        encoder.setLayout(layout);
        encoder.start();
        var appender = new ConsoleAppender<ILoggingEvent>();
        appender.setContext(context);
        appender.setName("stderr");
        appender.setTarget("System.err");
        appender.setEncoder(encoder);
        appender.start();
        var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.addAppender(appender);
        root.setLevel(Level.WARN);
        context.getLogger(OURS).setLevel(Level.INFO);
        // One line per try to connect, several a second; the broker says what is wrong, once.
        CONNECTING.forEach(name -> context.getLogger(name).setLevel(Level.OFF));
        context.addTurboFilter(new RepeatFilter(System::nanoTime));
        levels(context, Objects.requireNonNullElse(System.getenv(VARIABLE), ""));
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /** Applies a list of levels; what is no level is told and left out. */
    static void levels(LoggerContext context, String text) {
        for (var part : text.isBlank() ? new String[0] : text.split(",", 50)) {
            var equals = part.indexOf('=');
            var name = equals < 0 ? OURS : part.substring(0, equals).strip();
            var level = Level.toLevel(part.substring(equals + 1).strip(), null);
            if (level == null) {
                context.getLogger(OURS)
                        .warn("{} has '{}', which is no level: error, warn, info, debug, trace or off", VARIABLE, part);
            } else {
                context.getLogger(name.equals("root") ? Logger.ROOT_LOGGER_NAME : name)
                        .setLevel(level);
            }
        }
    }
}
