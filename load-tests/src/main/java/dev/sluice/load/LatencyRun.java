package dev.sluice.load;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Latency over HTTP in an open loop, the engine's beside that of Reactor Netty alone. Both servers run in processes of
 * their own; the one that is not asked stands still. First each is asked as fast as it answers; then come the rates, each
 * in rounds that the sides take in turns.
 *
 * @param name what is asked, in a word
 * @param figure has the request and the engine's manifest
 * @param bare how the bare server answers
 * @param rates requests a second; when empty, {@link #PARTS} of what the slower side reached in the closed loop, so that
 *     both can do them
 */
record LatencyRun(String name, HttpFigure figure, String bare, List<Integer> rates) {
    /** Of what the closed loop reaches, in percent. */
    static final List<Integer> PARTS = List.of(25, 50, 75);

    /** As many as wrk has in the closed loops of the other figures. */
    private static final int CONNECTIONS = Wrk.CONNECTIONS;

    private static final Duration LATE_MAX = Duration.ofSeconds(5);
    private static final Duration READ_MAX = Duration.ofSeconds(30);
    private static final List<String> SIDES = List.of("engine", "bare Reactor Netty");

    /** Publishing to a topic on the memory broker, answered 202 once it is stored. */
    static LatencyRun publish(List<Integer> rates) {
        return new LatencyRun("publish", HttpFigure.publish(), "accept", rates);
    }

    /** Calling a function that answers with what it got. */
    static LatencyRun call(List<Integer> rates) {
        return new LatencyRun("call", HttpFigure.call(), "echo", rates);
    }

    /** How long it takes. */
    Duration planned(Plan plan) {
        var loads = rates.isEmpty() ? PARTS.size() : rates.size();
        var openLoops = plan.round().multipliedBy((long) loads * plan.rounds());
        return plan.warmUp().plus(plan.round()).plus(openLoops).multipliedBy(SIDES.size());
    }

    /** Measures it. What it starts belongs to the lab. */
    List<LatencyCurves> measure(Lab lab, Plan plan, Progress progress) throws IOException, InterruptedException {
        var engine = ServerProcess.engine(lab, figure.manifest(), HttpPeers.FLAGS);
        var peer = HttpPeers.reactorNetty(bare).start(lab, progress);
        List<LatencyCurves> curves;
        try (var own = load(SIDES.get(0), engine);
                var other = load(SIDES.get(1), peer)) {
            curves = measure(List.of(own, other), plan, progress);
        }
        engine.mustRun();
        if (figure.engine().path().startsWith("/topics/")) {
            TopicCheck.awaitRead(engine.admin(), "load", READ_MAX);
        }
        engine.stop();
        peer.stop();
        return curves;
    }

    private HttpLoad load(String side, ServerProcess server) throws IOException {
        var target = figure.engine();
        var url = URI.create(server.ingress() + target.path());
        return new HttpLoad(name + ", " + side, url, target.request(), target.status(), CONNECTIONS, LATE_MAX);
    }

    private List<LatencyCurves> measure(List<HttpLoad> loads, Plan plan, Progress progress)
            throws IOException, InterruptedException {
        var reached = Double.MAX_VALUE;
        for (var side = 0; side < SIDES.size(); side++) {
            var load = loads.get(side);
            progress.step(name + " warm-up: " + SIDES.get(side), plan.warmUp());
            load.closedLoop(plan.warmUp());
            progress.step(name + " closed loop: " + SIDES.get(side), plan.round());
            var perSecond = load.closedLoop(plan.round()).perSecond();
            progress.say(String.format(
                    Locale.ROOT, "%s, closed loop, %s: %,.0f requests/s", name, SIDES.get(side), perSecond));
            reached = Math.min(reached, perSecond);
        }
        var curves = new ArrayList<LatencyCurves>();
        for (var rate : rates(reached).entrySet()) {
            curves.add(measure(loads, rate.getKey(), rate.getValue(), plan, progress));
        }
        return curves;
    }

    /** What each rate is called, and the rate. */
    Map<String, Integer> rates(double reached) {
        var named = new LinkedHashMap<String, Integer>();
        for (var rate : rates) {
            named.put(String.format(Locale.ROOT, "%s at %,d/s", name, rate), rate);
        }
        if (rates.isEmpty()) {
            for (var part : PARTS) {
                var rate = Math.max(1, (int) (reached * part / 100));
                named.put(String.format(Locale.ROOT, "%s at %,d/s (%d %%)", name, rate, part), rate);
            }
        }
        return named;
    }

    private static LatencyCurves measure(List<HttpLoad> loads, String what, int perSecond, Plan plan, Progress progress)
            throws IOException, InterruptedException {
        var found = new LinkedHashMap<String, Latencies>();
        SIDES.forEach(side -> found.put(side, new Latencies()));
        for (var round = 1; round <= plan.rounds(); round++) {
            for (var side = 0; side < SIDES.size(); side++) {
                var name = SIDES.get(side);
                progress.step(what + ", round " + round + " of " + plan.rounds() + ": " + name, plan.round());
                var latencies =
                        loads.get(side).openLoop(perSecond, plan.round()).latencies();
                found.computeIfPresent(name, (key, all) -> all.plus(latencies));
            }
        }
        return new LatencyCurves(what, found);
    }
}
