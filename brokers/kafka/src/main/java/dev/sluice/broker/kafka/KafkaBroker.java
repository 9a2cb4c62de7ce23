package dev.sluice.broker.kafka;

import dev.sluice.broker.Broker;
import dev.sluice.broker.Control;
import dev.sluice.broker.EventSink;
import dev.sluice.broker.EventSource;
import dev.sluice.broker.ReadRange;
import dev.sluice.broker.Start;
import dev.sluice.broker.StoredEvent;
import dev.sluice.broker.Subscription;
import dev.sluice.broker.TailEvent;
import dev.sluice.broker.TopicStatus;
import dev.sluice.cloudevents.kafka.KafkaRecords;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A broker that keeps its topics in a Kafka cluster.
 *
 * <p>It neither waits for the cluster nor fails without it: {@link #health} says what keeps it from serving, publishes
 * wait for it until their deadline, and all goes on by itself when it is back. An event is stored once all in-sync
 * replicas have it. After an {@code Unavailable} the cluster may have it all the same.
 *
 * <p>Its threads are daemons: one of the producer and one of the admin client, on which most signals come, one for
 * sends that wait, one for making and closing clients, one per live tail (at
 * most 32) and reading (at most 16), one per member of a group, and of the control topic one per session that works and
 * the one of its producer (at most 64 sessions).
 */
public final class KafkaBroker implements Broker {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaBroker.class);
    private static final Duration WATCHDOG = Duration.ofSeconds(60);

    private final KafkaBrokerOptions options;
    private final MeterRegistry registry;
    private final KafkaErrors errors;
    private final KafkaRecords records;
    private final ScheduledThreadPoolExecutor control;
    private final KafkaAdmin admin;
    private final Outbox outbox;
    private final KafkaWatches watches;
    private final KafkaControl states;
    private final Set<KafkaSource> sources = Collections.newSetFromMap(new WeakHashMap<>());
    private @Nullable Vertx vertx;
    private @Nullable CompletableFuture<Void> closing;

    private KafkaBroker(KafkaBrokerOptions options, MeterRegistry registry) {
        this.options = Objects.requireNonNull(options, "options");
        this.registry = Objects.requireNonNull(registry, "registry");
        this.errors = new KafkaErrors(options);
        this.records = options.records();
        this.control = controlThread(options.name());
        this.admin = new KafkaAdmin(options, errors, control, () -> Admin.create(ClientProperties.admin(options)));
        this.outbox = new Outbox(
                options,
                errors,
                registry,
                control,
                () -> new KafkaProducer<>(ClientProperties.producer(options)),
                admin::ensure);
        this.states = new KafkaControl(options, errors, admin, registry);
        this.watches = new KafkaWatches(
                options.name(), errors, registry, records, () -> new KafkaConsumer<>(ClientProperties.tail(options)));
    }

    /** What comes after the end, such as another try to connect, is dropped. */
    private static ScheduledThreadPoolExecutor controlThread(String name) {
        var executor = new ScheduledThreadPoolExecutor(
                1,
                task -> {
                    var thread = new Thread(task, "sluice-kafka-" + name + "-control");
                    thread.setDaemon(true);
                    return thread;
                },
                new ThreadPoolExecutor.DiscardPolicy());
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        return executor;
    }

    /** A broker on the cluster that the options name, which need not be there yet. */
    public static KafkaBroker create(KafkaBrokerOptions options, MeterRegistry registry) {
        var unknown = options.unknownProperties();
        if (!unknown.isEmpty()) {
            LOG.atWarn()
                    .log(
                            "broker '{}': no Kafka client knows the properties {}; they are passed on for plug-ins",
                            options.name(),
                            unknown);
        }
        return new KafkaBroker(options, registry);
    }

    /** All meters that a broker registers, for the documentation's table. */
    public static List<MeterInfo> meters() {
        return KafkaMeters.infos();
    }

    /**
     * A row of the documentation's table of meters.
     *
     * @param name the meter's name
     * @param type {@code gauge}, {@code counter} or {@code timer}
     * @param unit what it counts
     * @param tags the tags beside {@code messaging.system} and {@code broker}, which all have
     * @param description what it says
     */
    public record MeterInfo(String name, String type, String unit, List<String> tags, String description) {}

    /** What it was told; its texts have no secrets. */
    public KafkaBrokerOptions options() {
        return options;
    }

    @Override
    public String name() {
        return options.name();
    }

    @Override
    public Mono<Void> ensureTopic(String topic) {
        Objects.requireNonNull(topic, "topic");
        return Mono.defer(() -> answer(admin.ensure(topic, options.createTopics())))
                .doOnNext(limits -> outbox.learn(topic, limits))
                .then();
    }

    /** The way onto a topic, which is looked up, and created if allowed, with the first publish. */
    @Override
    public EventSink sink(String topic) {
        return new KafkaSink(outbox.lane(Objects.requireNonNull(topic, "topic")));
    }

    @Override
    public EventSource source(Subscription subscription) {
        synchronized (sources) {
            var source = new KafkaSource(subscription, settings(), vertx(), admin::ends, registry);
            sources.add(source);
            if (closing != null) {
                // It is told at once that it can read nothing; there is no reading to wait for.
                var unused = source.close(errors.closed()).toFuture();
            }
            return source;
        }
    }

    private SourceSettings settings() {
        return new SourceSettings(
                options.name(),
                ClientProperties.consumer(options),
                records,
                options.instanceId(),
                options.drainTimeout(),
                WATCHDOG);
    }

    /** Made with the first source. Guarded by the sources' lock. */
    private Vertx vertx() {
        var known = vertx;
        if (known == null) {
            known = Vertx.vertx(new VertxOptions()
                    .setEventLoopPoolSize(1)
                    .setWorkerPoolSize(1)
                    .setInternalBlockingPoolSize(1)
                    .setUseDaemonThread(true)
                    .setFileSystemOptions(
                            new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
            vertx = known;
        }
        return known;
    }

    /** {@inheritDoc} At most 32 at a time; each has a thread of its own, on which it signals. */
    @Override
    public Flux<TailEvent> tail(String topic, Map<Integer, Long> after) {
        return watches.tail(topic, after);
    }

    /** {@inheritDoc} At most 16 at a time; each has a thread of its own, on which it signals. */
    @Override
    public Flux<StoredEvent> read(String topic, ReadRange range) {
        return watches.read(topic, range);
    }

    /** {@inheritDoc} A group that has members in other processes is left as it is. */
    @Override
    public Mono<Void> reset(String topic, String group, Set<Integer> partitions, Start to) {
        Objects.requireNonNull(topic, "topic");
        Objects.requireNonNull(group, "group");
        Objects.requireNonNull(to, "to");
        return new GroupReset(admin, errors, this::membersOf).of(topic, group, Set.copyOf(partitions), to);
    }

    private List<KafkaSource> membersOf(String topic, String group) {
        synchronized (sources) {
            return sources.stream()
                    .filter(source -> source.subscription().topic().equals(topic)
                            && source.subscription().group().equals(group))
                    .toList();
        }
    }

    /**
     * {@inheritDoc} Sessions stand on the topic {@link KafkaBrokerOptions#controlTopic}, at most 64 at a time; their
     * commits are Kafka's transactions, which take two or three round trips each.
     */
    @Override
    public Control control() {
        return states;
    }

    @Override
    public Mono<String> identity(String topic) {
        return Mono.defer(() -> answer(admin.identity(topic)));
    }

    @Override
    public Mono<List<TopicStatus>> topics() {
        return Mono.defer(() -> answer(new TopicSurvey(admin).topics()));
    }

    /** {@inheritDoc} Asked of the cluster at most once a second, and answered within 4 s. */
    @Override
    public Mono<Health> health() {
        return Mono.defer(() -> {
            if (isClosed()) {
                return Mono.just(new Health(false, "broker '" + name() + "' is closed"));
            }
            return Mono.fromFuture(admin.health(), true).map(this::withTrouble);
        });
    }

    private Health withTrouble(Health health) {
        var trouble = outbox.trouble();
        return health.up() && trouble != null ? new Health(false, "can't send: " + trouble) : health;
    }

    private <T> Mono<T> answer(CompletableFuture<T> future) {
        return Mono.fromFuture(future, true).onErrorMap(errors::of);
    }

    private boolean isClosed() {
        synchronized (sources) {
            return closing != null;
        }
    }

    /**
     * {@inheritDoc} Sources go first, then what was sent is waited for, up to 5 s; every publish under way ends with an
     * acknowledgement or an error.
     */
    @Override
    public Mono<Void> close() {
        return Mono.defer(() -> Mono.fromFuture(closeOnce(), true));
    }

    private CompletableFuture<Void> closeOnce() {
        synchronized (sources) {
            var begun = closing;
            if (begun == null) {
                begun = end(List.copyOf(sources), vertx);
                closing = begun;
            }
            return begun;
        }
    }

    private CompletableFuture<Void> end(List<KafkaSource> reading, @Nullable Vertx shared) {
        watches.close();
        return Flux.fromIterable(reading)
                .flatMapDelayError(source -> source.close(errors.closed()), 64, 1)
                .then()
                .onErrorResume(error -> {
                    LOG.atWarn().log("a source of broker '{}' did not end well: {}", name(), errors.why(error));
                    return Mono.empty();
                })
                .then(Mono.fromFuture(states::close))
                .then(Mono.fromFuture(outbox::close))
                .then(Mono.fromFuture(() -> CompletableFuture.runAsync(admin::close, control)))
                .then(Mono.fromCompletionStage(() -> shared == null
                        ? CompletableFuture.<Void>completedFuture(null)
                        : shared.close().toCompletionStage()))
                .doFinally(signal -> control.shutdown())
                .toFuture();
    }
}
