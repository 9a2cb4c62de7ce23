package dev.sluice.server;

import dev.sluice.broker.EventSink;
import dev.sluice.cli.ExitCode;
import dev.sluice.deadletters.DeadLetterDesk;
import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineOptions;
import dev.sluice.server.explain.Explainer;
import dev.sluice.server.explain.RecordedSink;
import dev.sluice.server.manifest.Manifest;
import dev.sluice.trigger.http.HttpIngress;
import dev.sluice.trigger.http.HttpLimits;
import dev.sluice.trigger.http.HttpRoute;
import dev.sluice.trigger.http.WebhookPolicy;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.netty.DisposableServer;

/**
 * An engine with everything around it: brokers, functions, readings, ingress, admin API, opened in this order and
 * closed in the other one. Start and stop block.
 */
final class Node {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);
    private static final Duration JOBS_PATIENCE = Duration.ofSeconds(5);
    private static final Duration RESPONSES_PATIENCE = Duration.ofSeconds(1);

    private static final String HOST = hostName();

    private final Settings settings;
    private final Metrics metrics = new Metrics();
    private final AtomicBoolean draining = new AtomicBoolean();
    private final AtomicBoolean stopped = new AtomicBoolean();
    /** What closes what was opened, the last one first. */
    private final Deque<Runnable> closing = new ArrayDeque<>();

    private @Nullable Topics topics;
    private @Nullable Engine engine;
    private @Nullable NodeSchedules schedules;
    private @Nullable HttpIngress ingress;
    private @Nullable DisposableServer server;
    private @Nullable AdminServer admin;
    private Runnable endJobs = () -> {};
    private @Nullable ObjectSources objects;

    private Node(Settings settings) {
        this.settings = settings;
    }

    /**
     * Starts a node; it serves once this returns. Blocks, up to 30 s for the functions' first instances and up to 5 s
     * for the topics of clusters.
     *
     * @throws NodeException when something can't be opened; then all is closed again
     */
    static Node start(Manifest manifest, Settings settings) throws NodeException {
        var node = new Node(settings);
        try {
            node.open(manifest);
        } catch (NodeException e) {
            node.closeAll();
            throw e;
        } catch (RuntimeException e) {
            node.closeAll();
            throw new NodeException(ExitCode.FAILURE, "the node could not start: " + e, e);
        }
        return node;
    }

    private void open(Manifest manifest) throws NodeException {
        closing.push(metrics::close);
        var code = LoadedFunctions.load(manifest.functions(), manifest.triggers());
        closing.push(code::close);
        var limits = HttpLimits.DEFAULT;
        var opened = Topics.open(manifest, limits.bodyBytes(), settings.state(), metrics.registry());
        topics = opened;
        closing.push(opened::close);
        var loops = new HttpLoops();
        closing.push(loops::close);
        var running = Engine.create(options(), metrics.registry(), loops);
        engine = running;
        closing.push(this::drainEngine);
        code.specs().forEach(running::deploy);
        var routes = Triggers.attach(manifest.triggers(), settings.acceptTriggerChange(), opened, running);
        var timed = NodeSchedules.start(manifest.schedules(), opened::broker, metrics.registry());
        schedules = timed;
        closing.push(timed::close);
        var webhooks = manifest.server().webhooks();
        var front = ingress(
                opened, running, routes, limits, webhooks == null ? WebhookPolicy.ANY : Triggers.webhooks(webhooks));
        ingress = front;
        var sources = ObjectSources.start(manifest.triggers(), opened, metrics.registry());
        objects = sources;
        closing.push(sources::close);
        var letters = letters(manifest, opened);
        var state = state(manifest, opened, running, sources, timed, code.hands(), letters);
        var replays = new NodeReplays(
                manifest.triggers(), opened::broker, running::functionIntake, running::replay, letters.desk());
        var adminServer = AdminServer.start(
                loops.server(), new AdminRoutes(state, letters, replays, metrics), settings.adminPort());
        admin = adminServer;
        closing.push(adminServer::close);
        Patience.awaitFunctions(running);
        Patience.awaitTopics(opened);
        var http = front.configure(loops.server()).handle(front.handler());
        var bound = HttpServers.bind(http, settings.host(), settings.port(), "port");
        server = bound;
        closing.push(() -> HttpServers.close(bound));
    }

    private NodeState state(
            Manifest manifest,
            Topics opened,
            Engine running,
            ObjectSources sources,
            NodeSchedules timed,
            Map<String, HandScaling> hands,
            NodeLetters letters) {
        return new NodeState(
                opened.brokers(),
                running::functions,
                running::triggers,
                () -> opened.closed().stream()
                        .map(gate -> new NodeState.ClosedTopic(gate.topic().broker(), gate.trouble()))
                        .toList(),
                sources::status,
                new PositionReset(manifest.triggers(), opened::broker),
                new NodeScaling(this::name, running::scaling, running::decisions, hands),
                timed,
                new Explainer(
                        this::name,
                        running.journal(),
                        running::open,
                        manifest.triggers(),
                        running::triggers,
                        opened::broker,
                        letters::mark),
                draining::get);
    }

    /** Its jobs end before the brokers do. */
    private NodeLetters letters(Manifest manifest, Topics opened) {
        var redrives = new HashMap<String, Integer>();
        manifest.triggers()
                .forEach(trigger ->
                        redrives.put(trigger.name(), trigger.delivery().redrivesMax()));
        var desk = DeadLetterDesk.create(
                InstantSource.system(),
                // A dead letter may name a trigger that is not there any more.
                trigger -> redrives.getOrDefault(trigger, DeadLetterDesk.REDRIVES_MAX),
                metrics.registry());
        endJobs = () -> desk.close(JOBS_PATIENCE).block();
        closing.push(endJobs);
        return new NodeLetters(manifest.triggers(), opened::broker, desk);
    }

    /** The engine's defaults; a fatal error is logged before it ends the process. */
    private EngineOptions options() {
        var standard = EngineOptions.defaults();
        return new EngineOptions(
                standard.eventLoops(),
                standard.heldBytesMax(),
                standard.blockedEventsMax(),
                standard.blockedBytesMax(),
                standard.zombiesMax(),
                settings.ceilings(),
                settings.journal(),
                error -> {
                    try {
                        LOG.error("this process can't be trusted any more and ends: {}", error.toString());
                    } finally {
                        standard.onFatal().accept(error);
                    }
                });
    }

    @SuppressWarnings("NullAway") // the look-ups may answer null by contract, which can't be read off a class file
    private HttpIngress ingress(
            Topics opened, Engine running, List<HttpRoute> routes, HttpLimits limits, WebhookPolicy webhooks) {
        return HttpIngress.builder()
                .topics(recorded(opened, running))
                .tails(opened::tail)
                .functions(running::functionIntake)
                .routes(routes)
                .limits(limits)
                .webhooks(webhooks)
                .meters(metrics.registry())
                .build();
    }

    /** The topics of the manifest as ways in, whose events the journal is told of. */
    private static Function<String, @Nullable EventSink> recorded(Topics topics, Engine engine) {
        var sinks = new ConcurrentHashMap<String, EventSink>();
        return name -> {
            var sink = topics.sink(name);
            return sink == null ? null : sinks.computeIfAbsent(name, any -> new RecordedSink(sink, engine.journal()));
        };
    }

    /** The name that decisions carry: by default where to ask for more of them. */
    private String name() {
        var given = settings.node();
        if (given != null) {
            return given;
        }
        var bound = admin;
        return HOST + (bound == null ? "" : ":" + URI.create(bound.url()).getPort());
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException unnamed) {
            return "localhost";
        }
    }

    /** Where events and calls come in. */
    String ingressUrl() {
        return HttpServers.url(settings.host(), Objects.requireNonNull(server));
    }

    String adminUrl() {
        return Objects.requireNonNull(admin).url();
    }

    Topics topics() {
        return Objects.requireNonNull(topics);
    }

    Engine engine() {
        return Objects.requireNonNull(engine);
    }

    /** The line that says that the node serves. */
    String readyLine() {
        return "sluice ready: ingress " + ingressUrl() + " admin " + adminUrl();
    }

    /**
     * Stops: not ready at once, no new events and calls, what is in flight is finished within the grace and given back
     * otherwise. Blocks for the grace and a few seconds at most. Idempotent: later calls return at once, with 0.
     *
     * @return events that are not done and end with this process, since their brokers keep them in memory
     */
    long stop() {
        if (!stopped.compareAndSet(false, true)) {
            return 0;
        }
        draining.set(true);
        var front = Objects.requireNonNull(ingress);
        front.draining(true);
        Objects.requireNonNull(schedules).close();
        endJobs.run();
        Objects.requireNonNull(objects).close();
        drainEngine();
        // Nobody reads any more: a publisher that waits for room is told now, while its connection is open.
        var open = Objects.requireNonNull(topics);
        var left = open.unread();
        open.close();
        Patience.await(() -> front.inFlight() == 0, RESPONSES_PATIENCE);
        closeAll();
        return left;
    }

    private void drainEngine() {
        var running = engine;
        if (running == null) {
            return;
        }
        engine = null;
        Patience.drain(running, draining.get() ? settings.grace() : Duration.ZERO);
    }

    private void closeAll() {
        while (!closing.isEmpty()) {
            try {
                closing.pop().run();
            } catch (RuntimeException e) {
                LOG.atWarn().setCause(e).log("something could not be closed");
            }
        }
    }
}
