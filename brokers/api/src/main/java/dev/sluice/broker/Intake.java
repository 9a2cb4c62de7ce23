package dev.sluice.broker;

/** A function's entrance for calls: whoever waits for the answer hands its {@link Call} in here. */
public interface Intake {
    /**
     * Admits the call or refuses it, at once and without blocking. A refused call is untouched: neither its
     * {@link Call#fail} nor its {@link Call#release} is called.
     */
    Admission submit(Call call);

    /** What became of a submitted call. */
    sealed interface Admission {
        /** The call was taken and will be settled. */
        non-sealed interface Admitted extends Admission {
            /**
             * The caller is gone: cancels the run, or forgets the call if it has not started. Idempotent, any thread.
             */
            void cancel();
        }

        /**
         * The call was not taken.
         *
         * @param reason why, in words for the caller
         * @param retryAfterSeconds when another try may be worth it, at least 1
         * @param overload true: a queue's limit (429); false: not serving at the moment (503)
         */
        record Refused(String reason, int retryAfterSeconds, boolean overload) implements Admission {}
    }
}
