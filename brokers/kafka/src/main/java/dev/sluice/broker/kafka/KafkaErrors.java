package dev.sluice.broker.kafka;

import dev.sluice.broker.BrokerException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TopicDeletionDisabledException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.jspecify.annotations.Nullable;

/** Says what a Kafka client's error means to those who asked, without secrets. */
final class KafkaErrors {
    private final String broker;
    private final String servers;
    private final Secrets secrets;

    KafkaErrors(KafkaBrokerOptions options) {
        this.broker = options.name();
        this.servers = options.bootstrapServers();
        this.secrets = Secrets.of(options.properties());
    }

    /** What the error means; with it as the cause. */
    BrokerException of(Throwable error) {
        var cause = root(error);
        return cause instanceof BrokerException known ? known : of(cause, secrets.harmless(cause));
    }

    /** What the error means, without a stack trace: for what comes once per event. */
    BrokerException lean(Throwable error) {
        var cause = root(error);
        return cause instanceof BrokerException known ? known : of(cause, null);
    }

    private BrokerException of(Throwable error, @Nullable Throwable cause) {
        return isRefusal(error)
                ? new BrokerException.Refused(broker, why(error), cause)
                : new BrokerException.Unavailable(broker, why(error), cause);
    }

    BrokerException closed() {
        return new BrokerException.Unavailable(broker, "it is closed", null);
    }

    BrokerException unavailable(String why) {
        return new BrokerException.Unavailable(broker, why, null);
    }

    BrokerException refused(String why) {
        return new BrokerException.Refused(broker, why, null);
    }

    /** The reason in words. */
    String why(Throwable error) {
        var cause = root(error);
        if (cause instanceof SslAuthenticationException) {
            return "no trusted connection to " + servers + ": " + message(cause);
        }
        if (cause instanceof AuthenticationException) {
            return "authentication failed at " + servers + ": " + message(cause);
        }
        if (cause instanceof AuthorizationException) {
            return "not authorised: " + message(cause);
        }
        if (cause instanceof UnknownTopicOrPartitionException) {
            return "the topic does not exist at " + servers + "; create it, or let topics.create be true";
        }
        if (cause instanceof RetriableException || !(cause instanceof ApiException)) {
            return "no success at " + servers + ": " + message(cause);
        }
        return message(cause);
    }

    /** The message without secrets; the kind of error when it has none. */
    String message(Throwable error) {
        var message = new StringBuilder(secrets.scrub(error.getMessage()));
        if (message.isEmpty()) {
            message.append(error.getClass().getSimpleName());
        }
        // Where a client can't be made, the reason stands in the causes only.
        var cause = error.getCause();
        for (var depth = 0; cause != null && depth < 3; depth++, cause = cause.getCause()) {
            var more = secrets.scrub(cause.getMessage());
            if (!more.isEmpty() && message.indexOf(more) < 0) {
                message.append(": ").append(more);
            }
        }
        return message.toString();
    }

    /** Whether it stays so until someone changes something. */
    static boolean isRefusal(Throwable error) {
        return error instanceof AuthenticationException
                || error instanceof AuthorizationException
                || error instanceof InvalidTopicException
                || error instanceof UnknownTopicOrPartitionException
                || error instanceof InvalidReplicationFactorException
                || error instanceof InvalidPartitionsException
                || error instanceof InvalidConfigurationException
                || error instanceof InvalidRecordException
                || error instanceof PolicyViolationException
                || error instanceof TopicDeletionDisabledException
                || error instanceof UnsupportedVersionException
                || (error instanceof ConfigException && !isUnresolved(error));
    }

    private static boolean isUnresolved(Throwable error) {
        return String.valueOf(error.getMessage()).contains("resolvable bootstrap");
    }

    /** Without the wrappings that futures put around it, and that Kafka's constructors do. */
    static Throwable root(Throwable error) {
        var root = error;
        while (root.getCause() != null
                && (root instanceof CompletionException
                        || root instanceof ExecutionException
                        || (root.getClass() == org.apache.kafka.common.KafkaException.class
                                && root.getCause() instanceof org.apache.kafka.common.KafkaException))) {
            root = root.getCause();
        }
        return root;
    }
}
