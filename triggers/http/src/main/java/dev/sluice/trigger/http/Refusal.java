package dev.sluice.trigger.http;

/** Carries the answer to a request that is refused; expected, hence without a stack trace. */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("serial") // never leaves this module, let alone the process
    private final Problem problem;

    Refusal(Problem problem) {
        super(problem.detail(), null, false, false);
        this.problem = problem;
    }

    Problem problem() {
        return problem;
    }
}
