package dev.sluice.cli;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Which engine a command speaks to, and how long it waits. A flag of the command wins over one before the command,
 * that over the environment, that over the default.
 */
final class Connection {
    static final String ADMIN_DEFAULT = "http://127.0.0.1:7070";
    static final String INGRESS_DEFAULT = "http://127.0.0.1:8080";

    /** Longer than a function may run by default, so that the engine's own answer comes first. */
    private static final Duration TIMEOUT_DEFAULT = Duration.ofSeconds(35);

    @Option(
            names = "--admin",
            paramLabel = "URL",
            description = "Admin API (env SLUICE_ADMIN, default " + ADMIN_DEFAULT + ").")
    private @Nullable String admin;

    @Option(
            names = "--ingress",
            paramLabel = "URL",
            description = "Ingress (env SLUICE_INGRESS, default " + INGRESS_DEFAULT + ").")
    private @Nullable String ingress;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            description = "Longest wait for an answer, such as 500ms or 5s (default 35s).")
    private @Nullable Duration timeout;

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    private final Map<String, String> environment;

    Connection(Map<String, String> environment) {
        this.environment = environment;
    }

    Duration timeout() {
        var chosen = timeout != null ? timeout : global().timeout;
        return chosen != null ? chosen : TIMEOUT_DEFAULT;
    }

    /** The admin API's base, without a slash at its end. */
    Endpoint admin() {
        var flag = admin != null ? admin : global().admin;
        return endpoint("--admin", flag, "SLUICE_ADMIN", ADMIN_DEFAULT);
    }

    /** The ingress's base, without a slash at its end. */
    Endpoint ingress() {
        var flag = ingress != null ? ingress : global().ingress;
        return endpoint("--ingress", flag, "SLUICE_INGRESS", INGRESS_DEFAULT);
    }

    private Connection global() {
        var root = Objects.requireNonNull(command).root().userObject();
        return root instanceof SluiceCommand sluice ? sluice.connection() : this;
    }

    private Endpoint endpoint(String option, @Nullable String flag, String variable, String otherwise) {
        var set = environment.getOrDefault(variable, "");
        var named = flag != null ? option : variable;
        var value = flag != null ? flag : set.isEmpty() ? otherwise : set;
        var withScheme = value.contains("://") ? value : "http://" + value;
        try {
            var uri = new URI(withScheme.replaceAll("/+$", ""));
            var known = "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
            if (known && uri.getHost() != null && uri.getQuery() == null && uri.getFragment() == null) {
                return new Endpoint(uri, option, variable);
            }
        } catch (URISyntaxException notOne) {
            // told below, as every other form that is not taken
        }
        var message = named + " is '" + value + "': it must be a URL such as " + otherwise;
        throw new ParameterException(Objects.requireNonNull(command).commandLine(), message);
    }

    /**
     * A base address and how to name another.
     *
     * @param uri without a slash at its end
     * @param option the flag that sets it
     * @param variable the environment variable that sets it
     */
    record Endpoint(URI uri, String option, String variable) {
        URI resolve(String path) {
            return URI.create(uri + path);
        }
    }
}
