package dev.sluice.engine;

/** Something that goes wrong in a simulated world; without a stack, since there are millions. */
final class SimFault extends RuntimeException {
    private static final long serialVersionUID = 1;

    SimFault(String message) {
        super(message, null, false, false);
    }
}
