package dev.sluice.server.manifest;

import dev.sluice.broker.memory.MemoryLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads files into documents, and documents kind by kind, so that what refers to a name finds it whatever the order in
 * the files. A document with a mistake still counts as there, lest its mistake bring others.
 */
final class ManifestReader {
    static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
    static final String NAME_RULE = "must be 1 to 63 of a-z, 0-9 and -, with a letter or digit at both ends";

    /** What a cluster writes into its objects, and people into their labels: nothing that is acted upon. */
    private static final List<String> CLUSTERS_OWN = List.of(
            "namespace",
            "labels",
            "annotations",
            "creationTimestamp",
            "finalizers",
            "generation",
            "managedFields",
            "ownerReferences",
            "resourceVersion",
            "uid");

    private static final int FILES_MAX = 1_000;

    private final Variables variables;
    private final @Nullable String kafka;
    private final Mistakes mistakes = new Mistakes();
    /** Where each name of each kind was written first. */
    private final Map<String, Place> taken = new HashMap<>();

    private final Map<Kind, List<Document>> documents = new EnumMap<>(Kind.class);

    /**
     * A document whose head has been read.
     *
     * @param folder that its relative paths start from
     * @param name empty when it is missing or wrong
     * @param place of the name
     * @param spec null when it is missing or no map
     * @param metadata null when it is missing or no map
     */
    record Document(
            Path folder,
            String name,
            Place place,
            @Nullable Section spec,
            @Nullable Section metadata) {
        /** What others have noted on it; null when it has none. */
        @Nullable
        Section annotations() {
            return metadata == null ? null : metadata.section("annotations");
        }
    }

    /** Reads one kind's documents; null when a mistake leaves nothing to go on with. */
    @FunctionalInterface
    private interface Reader<T> {
        @Nullable
        T read(Document document);
    }

    /** @param kafka where a cluster is found that takes the place of the default broker; null for none */
    ManifestReader(Map<String, String> environment, @Nullable String kafka) {
        this.variables = new Variables(environment);
        this.kafka = kafka;
    }

    Manifest read(List<Path> paths) throws InvalidManifestException {
        for (var kind : Kind.values()) {
            documents.put(kind, new ArrayList<>());
        }
        files(paths).forEach(this::readFile);
        var server = server();
        var brokers = brokers();
        var functions = each(Kind.FUNCTION, new FunctionReader(ScalingReader.installed(mistakes))::read);
        var memoryBrokers = memoryBrokers();
        var triggerReader =
                new TriggerReader(names(Kind.BROKER), memoryBrokers, names(Kind.FUNCTION), triggerNames(), variables);
        var triggers = each(Kind.TRIGGER, triggerReader::read);
        triggers.addAll(triggerReader.topicAdapters().triggers());
        functions.addAll(triggerReader.topicAdapters().functions());
        var knative = new KnativeReader(
                kindOf(Kind.KNATIVE_BROKER), new TopicReader(names(Kind.BROKER)), memoryBrokers, names(Kind.FUNCTION));
        triggers.addAll(each(Kind.KNATIVE_TRIGGER, knative::readTrigger));
        var schedules = new ArrayList<>(triggerReader.schedules());
        var pings = new PingSourceReader(new TopicReader(names(Kind.BROKER)), knative::topicOf);
        schedules.addAll(each(Kind.PING_SOURCE, pings::read));
        var sinks = new KafkaSinkReader(knative.deliveries(), pings, names(Kind.FUNCTION));
        var sources = new KafkaSourceReader(knative, sinks, clusters(brokers), triggerNames());
        each(Kind.KAFKA_SOURCE, sources::read).forEach(triggers::addAll);
        functions.addAll(sinks.forwarders());
        triggers.addAll(knative.deadLetterTriggers());
        new TriggerChecks(mistakes, memoryBrokers, knative.topics()).check(triggers);
        mistakes.throwIfAny();
        return new Manifest(brokers, functions, triggers, schedules, server, mistakes.warnings());
    }

    private KafkaClusters clusters(List<BrokerManifest> brokers) {
        return new KafkaClusters(brokers, brokers.size() >= kindOf(Kind.BROKER).size(), replaced());
    }

    private Set<String> triggerNames() {
        return Stream.of(Kind.TRIGGER, Kind.KNATIVE_TRIGGER, Kind.KAFKA_SOURCE)
                .flatMap(kind -> names(kind).stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    private List<Path> files(List<Path> paths) {
        var files = new ArrayList<Path>();
        for (var path : paths) {
            if (!Files.exists(path)) {
                mistakes.add(Place.file(path.toString()), "", "", "does not exist");
            } else if (Files.isDirectory(path)) {
                files.addAll(filesOf(path));
            } else {
                files.add(path);
            }
        }
        if (files.size() > FILES_MAX) {
            mistakes.add(Place.file(paths.get(0).toString()), "", "", "holds over " + FILES_MAX + " files");
            return List.of();
        }
        return files.stream().distinct().toList();
    }

    private List<Path> filesOf(Path folder) {
        try (var entries = Files.list(folder)) {
            var files = entries.filter(Files::isRegularFile)
                    .filter(file ->
                            file.toString().endsWith(".yaml") || file.toString().endsWith(".yml"))
                    .sorted()
                    .toList();
            if (files.isEmpty()) {
                mistakes.add(Place.file(folder.toString()), "", "", "holds no .yaml or .yml file");
            }
            return files;
        } catch (IOException e) {
            mistakes.add(Place.file(folder.toString()), "", "", "can't be listed: " + YamlFile.reason(e));
            return List.of();
        }
    }

    private void readFile(Path file) {
        var folder = Objects.requireNonNullElse(file.toAbsolutePath().getParent(), Path.of(""));
        var before = mistakes.count();
        // What stands between two separators may be empty, or nothing but comments.
        var documents = YamlFile.documents(file, mistakes).stream()
                .filter(value -> !(value instanceof Value.Scalar scalar && scalar.absent()))
                .toList();
        documents.forEach(value -> readHead(value, folder));
        if (documents.isEmpty() && mistakes.count() == before) {
            mistakes.add(Place.file(file.toString()), "", "", "has no document");
        }
    }

    private void readHead(Value value, Path folder) {
        var document = Section.of(value, "", mistakes);
        if (document == null) {
            return;
        }
        var written = document.required("apiVersion", "write " + Kind.SLUICE);
        var known = Kind.versions().contains(written);
        if (!written.isEmpty() && !known) {
            document.mistake("apiVersion", "must be one of " + String.join(", ", Kind.versions()));
        }
        var version = known ? written : Kind.SLUICE;
        var words = Kind.words(version);
        var word = document.required("kind", "one of " + String.join(", ", words));
        var kind = Kind.of(version, word);
        if (kind == null) {
            if (!word.isEmpty()) {
                document.mistake("kind", "must be one of " + String.join(", ", words) + Nearest.hint(word, words));
            }
            return;
        }
        readBody(document, kind, folder);
    }

    private void readBody(Section document, Kind kind, Path folder) {
        var name = "";
        var place = document.place();
        var metadata = kind == Kind.SERVER
                ? document.section("metadata")
                : document.requiredSection("metadata", "a map with the name of the " + kind.word());
        if (metadata != null) {
            name = name(metadata);
            place = metadata.place("name");
            if (kind.foreign()) {
                CLUSTERS_OWN.forEach(metadata::value);
            }
            metadata.end();
        }
        if (kind.foreign()) {
            document.value("status");
        }
        var spec = kind.mayBeEmpty() && !document.has("spec")
                ? null
                : document.requiredSection("spec", "a map with what the " + kind.word() + " is to be");
        document.end();
        if (spec != null || kind.mayBeEmpty()) {
            checkUnique(kind, name, place);
        }
        kindOf(kind).add(new Document(folder, name, place, spec, metadata));
    }

    private static String name(Section metadata) {
        var name = metadata.required("name", NAME_RULE);
        if (!name.isEmpty() && !NAME.matcher(name).matches()) {
            metadata.mistake("name", NAME_RULE);
        }
        return name;
    }

    private void checkUnique(Kind kind, String name, Place place) {
        if (kind != Kind.SERVER && name.isEmpty()) {
            return;
        }
        var first = taken.putIfAbsent(kind == Kind.SERVER ? kind.named() : kind.named() + " " + name, place);
        if (first == null) {
            return;
        }
        if (kind == Kind.SERVER) {
            mistakes.add(place, "", "", "is a second Server, the first is at " + first);
        } else {
            mistakes.add(
                    place, "metadata.name", name, "is the name of another " + kind.named() + " already, at " + first);
        }
    }

    private List<Document> kindOf(Kind kind) {
        return documents.computeIfAbsent(kind, k -> new ArrayList<>());
    }

    private Set<String> names(Kind kind) {
        var names = new HashMap<String, Boolean>();
        kindOf(kind).forEach(document -> names.put(document.name(), true));
        if (kind == Kind.BROKER && names.isEmpty()) {
            return Set.of(BrokerManifest.DEFAULT);
        }
        return Set.copyOf(names.keySet());
    }

    private <T> List<T> each(Kind kind, Reader<T> reader) {
        var all = new ArrayList<T>();
        for (var document : kindOf(kind)) {
            var one = document.spec() == null ? null : reader.read(document);
            if (one != null) {
                all.add(one);
            }
        }
        return all;
    }

    private List<BrokerManifest> brokers() {
        var reader = new BrokerReader(variables);
        var name = replaced();
        if (kafka != null && name != null) {
            return withKafka(reader, name, kafka);
        }
        if (kafka != null) {
            var rule = "takes the place of the broker " + BrokerManifest.DEFAULT + ", and none of several is called so";
            mistakes.add(Place.file("--kafka"), "", "", rule);
        }
        if (kindOf(Kind.BROKER).isEmpty()) {
            var memory = new BrokerManifest.Memory(MemoryLimits.DEFAULT);
            return List.of(new BrokerManifest(Place.file("default"), BrokerManifest.DEFAULT, memory));
        }
        return each(Kind.BROKER, reader::read);
    }

    /** The broker whose place a Kafka cluster takes; null when none does. */
    private @Nullable String replaced() {
        if (kafka == null) {
            return null;
        }
        var brokers = kindOf(Kind.BROKER);
        if (brokers.isEmpty() || brokers.stream().anyMatch(it -> it.name().equals(BrokerManifest.DEFAULT))) {
            return BrokerManifest.DEFAULT;
        }
        return brokers.size() == 1 ? brokers.get(0).name() : null;
    }

    private List<BrokerManifest> withKafka(BrokerReader reader, String name, String servers) {
        if (kindOf(Kind.BROKER).isEmpty()) {
            var cluster = KafkaReader.plain(name, servers, null);
            return List.of(new BrokerManifest(Place.file("--kafka"), name, cluster));
        }
        return each(
                Kind.BROKER,
                document ->
                        document.name().equals(name) ? reader.readElsewhere(document, servers) : reader.read(document));
    }

    /** Brokers without times and without room of their own for what goes in circles. */
    private Set<String> memoryBrokers() {
        var replaced = replaced();
        if (kindOf(Kind.BROKER).isEmpty()) {
            return replaced == null ? Set.of(BrokerManifest.DEFAULT) : Set.of();
        }
        return kindOf(Kind.BROKER).stream()
                .filter(document ->
                        BrokerReader.isMemory(document) && !document.name().equals(replaced))
                .map(Document::name)
                .collect(Collectors.toUnmodifiableSet());
    }

    private ServerManifest server() {
        var servers = each(Kind.SERVER, ServerReader::read);
        return servers.isEmpty() ? ServerManifest.NONE : servers.get(0);
    }
}
