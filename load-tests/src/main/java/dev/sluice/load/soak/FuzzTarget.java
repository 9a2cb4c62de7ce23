package dev.sluice.load.soak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A fuzz test of this repository.
 *
 * @param module its module's folder, from the repository's top
 * @param test its class, without the package
 * @param method what takes an input
 */
record FuzzTarget(Path module, String test, String method) {
    private static final Path SOURCES = Path.of("src", "test", "java");
    private static final Pattern METHOD = Pattern.compile("@FuzzTest\\b[^;{]*?\\bvoid\\s+(\\w+)\\s*\\(");
    private static final int DEPTH_MAX = 3;

    /** As Maven's {@code -Dtest} takes it. */
    String name() {
        return test + "#" + method;
    }

    /** All fuzz tests below a folder, by module and name: the methods with the annotation in classes named for it. */
    static List<FuzzTarget> find(Path root) throws IOException {
        var found = new ArrayList<FuzzTarget>();
        for (var module : modules(root)) {
            try (var files = Files.walk(module.resolve(SOURCES))) {
                for (var file : files.filter(path -> path.toString().endsWith("FuzzTest.java"))
                        .sorted()
                        .toList()) {
                    var test = file.getFileName().toString().replace(".java", "");
                    var methods = METHOD.matcher(Files.readString(file));
                    while (methods.find()) {
                        found.add(new FuzzTarget(root.relativize(module), test, methods.group(1)));
                    }
                }
            }
        }
        return List.copyOf(found);
    }

    private static List<Path> modules(Path root) throws IOException {
        try (var folders = Files.find(
                root, DEPTH_MAX, (path, attributes) -> attributes.isRegularFile() && path.endsWith("pom.xml"))) {
            return folders.map(Path::getParent)
                    .filter(folder -> Files.isDirectory(folder.resolve(SOURCES)))
                    .sorted()
                    .toList();
        }
    }
}
