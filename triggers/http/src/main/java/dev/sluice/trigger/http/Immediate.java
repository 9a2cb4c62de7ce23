package dev.sluice.trigger.http;

import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** An answer that needs nothing of the request's body. */
final class Immediate extends Exchange {
    private final Problem problem;

    Immediate(Desk desk, RouteKind kind, HttpServerRequest request, HttpServerResponse response, Problem problem) {
        super(desk, kind, request, response);
        this.problem = problem;
    }

    @Override
    void begin() {
        answer(problem);
    }

    @Override
    void ended(boolean clientLeft) {}
}
