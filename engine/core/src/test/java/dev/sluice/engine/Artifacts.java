package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Compiles classes for a test, as an author's build would. */
final class Artifacts {
    private Artifacts() {}

    /** Compiles sources by class name into a folder, and returns it. */
    static Path compile(Path to, Map<String, String> sources) throws IOException {
        Files.createDirectories(to);
        var units = new ArrayList<JavaFileObject>();
        sources.forEach((type, text) -> units.add(new Source(type, text)));
        var messages = new StringWriter();
        var options = List.of("-proc:none", "-d", to.toString(), "-classpath", System.getProperty("java.class.path"));
        var compiled = ToolProvider.getSystemJavaCompiler()
                .getTask(messages, null, null, options, null, units)
                .call();
        assertThat(compiled).as(messages.toString()).isTrue();
        return to;
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String type, String text) {
            super(URI.create("string:///" + type.replace('.', '/') + ".java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreErrors) {
            return text;
        }
    }
}
