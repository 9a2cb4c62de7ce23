package dev.sluice.broker.kafka.server;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command line of a small JVM that runs a Kafka: this JVM's Java, little memory, quick compilation, a log file. */
final class JavaCommand {
    private static final List<String> SMALL = List.of(
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData",
            "-Djava.net.preferIPv4Stack=true",
            "-Dlogback.configurationFile=dev/sluice/broker/kafka/server/logback.xml");

    private JavaCommand() {}

    /** @param classPath this JVM's own when it is empty */
    static List<String> of(Path log, String classPath, List<String> flags, Class<?> main, List<String> args) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(SMALL);
        command.add("-Dsluice.kafka.log=" + log);
        command.addAll(flags);
        command.add("-cp");
        command.add(classPath.isEmpty() ? System.getProperty("java.class.path") : classPath);
        command.add(main.getName());
        command.addAll(args);
        return List.copyOf(command);
    }
}
