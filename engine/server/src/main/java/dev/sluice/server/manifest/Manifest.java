package dev.sluice.server.manifest;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a set of manifest files asks for: complete, checked, and free of contradictions.
 *
 * @param brokers at least one: without a document of kind Broker, an embedded one named {@code default}
 * @param functions to run, by the order of the files
 * @param triggers by the order of the files
 * @param schedules of triggers and PingSources
 * @param server settings of the node
 * @param warnings what is valid and has no effect, or not the one that its author may expect
 */
public record Manifest(
        List<BrokerManifest> brokers,
        List<FunctionManifest> functions,
        List<TriggerManifest> triggers,
        List<ScheduleManifest> schedules,
        ServerManifest server,
        List<Mistake> warnings) {
    public Manifest {
        brokers = List.copyOf(brokers);
        functions = List.copyOf(functions);
        triggers = List.copyOf(triggers);
        schedules = List.copyOf(schedules);
        warnings = List.copyOf(warnings);
    }

    /**
     * Reads manifests. A folder stands for the {@code *.yaml} and {@code *.yml} files in it, by name, without its
     * subfolders. Blocks; reads nothing but the files and whether artifacts exist.
     *
     * @throws InvalidManifestException with every mistake in all files
     */
    public static Manifest read(List<Path> paths) throws InvalidManifestException {
        return read(paths, System.getenv(), null);
    }

    /**
     * Reads manifests as {@link #read(List)} does.
     *
     * @param environment fills the variables in the settings of Kafka brokers
     * @param kafka where a Kafka cluster is found that takes the place of the broker {@code default}, or of the only one,
     *     whatever the files make it; null for none
     */
    public static Manifest read(List<Path> paths, Map<String, String> environment, @Nullable String kafka)
            throws InvalidManifestException {
        return new ManifestReader(environment, kafka).read(paths);
    }
}
