package dev.sluice.engine;

import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * A function version's own classes. Shared with the engine are only the types that cross the border: the functions API,
 * Reactor, the CloudEvents API, SLF4J, JSpecify and Jackson. Everything else comes from the artifact, so that two
 * functions may use different versions of a library.
 */
final class ArtifactClassLoader extends URLClassLoader {
    private static final List<String> SHARED = List.of(
            "dev.sluice.function.",
            "reactor.",
            "org.reactivestreams.",
            "io.cloudevents.",
            "org.slf4j.",
            "org.jspecify.",
            "com.fasterxml.jackson.");
    private static final String NOT_SHARED = "io.cloudevents.core.";

    static {
        registerAsParallelCapable();
    }

    private final ClassLoader engine;

    private ArtifactClassLoader(URL artifact, ClassLoader engine) {
        super("function:" + artifact, new URL[] {artifact}, ClassLoader.getPlatformClassLoader());
        this.engine = engine;
    }

    /** Opens a jar or a folder of classes; the message of a failure names the path and what is wrong with it. */
    static ArtifactClassLoader open(Path artifact, ClassLoader engine) throws FunctionCodeException {
        var path = artifact.toAbsolutePath().normalize();
        if (!Files.exists(path)) {
            throw new FunctionCodeException("artifact " + path + " does not exist; was it built?", null);
        }
        if (Files.isRegularFile(path)) {
            checkIsJar(path);
        }
        try {
            return new ArtifactClassLoader(path.toUri().toURL(), engine);
        } catch (MalformedURLException e) {
            throw new FunctionCodeException("artifact " + path + " has no URL", e);
        }
    }

    private static void checkIsJar(Path path) throws FunctionCodeException {
        try (var zip = new ZipFile(new File(path.toString()))) {
            if (zip.size() == 0) {
                throw new FunctionCodeException("artifact " + path + " is an empty jar", null);
            }
        } catch (ZipException e) {
            throw new FunctionCodeException(
                    "artifact " + path + " is neither a jar nor a folder of classes: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new FunctionCodeException("artifact " + path + " can't be read: " + e.getMessage(), e);
        }
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        if (shared(name)) {
            return engine.loadClass(name);
        }
        return super.findClass(name);
    }

    private static boolean shared(String name) {
        if (name.startsWith(NOT_SHARED)) {
            return false;
        }
        for (var prefix : SHARED) {
            if (name.startsWith(prefix)) {
                return true;
            }
        }
        return false;
    }
}
