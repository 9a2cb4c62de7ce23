package dev.sluice.broker;

import org.jspecify.annotations.Nullable;

/** Why a broker did not do what it was asked to. Carries no stack trace unless it has a cause. */
public abstract sealed class BrokerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private BrokerException(String message, @Nullable Throwable cause) {
        super(message, cause, false, cause != null);
    }

    /** Whether the same request may go well later. */
    public abstract boolean transientFault();

    /** The topic is at its limit, and those who read it did not make room in time. */
    public static final class Full extends BrokerException {
        private static final long serialVersionUID = 1L;

        public Full(String topic, String limit) {
            super("topic '" + topic + "' is full: " + limit, null);
        }

        @Override
        public boolean transientFault() {
            return true;
        }
    }

    /** The event is larger than the topic takes. */
    public static final class TooLarge extends BrokerException {
        private static final long serialVersionUID = 1L;

        public TooLarge(String topic, long sizeBytes, long maxBytes) {
            super(
                    "event of " + sizeBytes + " bytes is too large for topic '" + topic + "', which takes " + maxBytes,
                    null);
        }

        @Override
        public boolean transientFault() {
            return false;
        }
    }

    /** The broker can't be reached, is closing, or did not answer in time. */
    public static final class Unavailable extends BrokerException {
        private static final long serialVersionUID = 1L;

        public Unavailable(String broker, String why, @Nullable Throwable cause) {
            super("broker '" + broker + "' is unavailable: " + why, cause);
        }

        @Override
        public boolean transientFault() {
            return true;
        }
    }

    /** The broker refuses for a reason that stays until someone changes it: not authorised, no such topic. */
    public static final class Refused extends BrokerException {
        private static final long serialVersionUID = 1L;

        public Refused(String broker, String why, @Nullable Throwable cause) {
            super("broker '" + broker + "' refuses: " + why, cause);
        }

        @Override
        public boolean transientFault() {
            return false;
        }
    }
}
