package dev.sluice.broker.kafka.server;

import java.nio.file.Path;
import kafka.Kafka;

/** A Kafka node in a process of its own, which ends at once when the process that started it is gone. */
final class NodeMain {
    private NodeMain() {}

    /** Takes the folder of the node, which is deleted when the parent is gone, and its settings file. */
    public static void main(String... args) {
        var folder = new Folder(Path.of(args[0]));
        EndOfInput.then(() -> {
            folder.close();
            var cluster = folder.path().getParent();
            if (cluster != null) {
                // Only the last node's leaves it empty, and only then it goes.
                cluster.toFile().delete();
            }
            Runtime.getRuntime().halt(0);
        });
        Kafka.main(new String[] {args[1]});
    }
}
