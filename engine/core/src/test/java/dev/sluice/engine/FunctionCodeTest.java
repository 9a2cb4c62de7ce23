package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.function.FunctionConfig;
import dev.sluice.function.Invocation;
import io.cloudevents.CloudEvent;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;

/** How handlers are found, loaded and made; artifacts are compiled for the test. */
class FunctionCodeTest {
    private static final Invocation NO_INVOCATION = (Invocation) Proxy.newProxyInstance(
            Invocation.class.getClassLoader(), new Class<?>[] {Invocation.class}, (proxy, method, arguments) -> {
                throw new UnsupportedOperationException(method.getName());
            });

    @TempDir
    Path folder;

    public static final class Plain implements Function<String, String> {
        @Override
        public String apply(String text) {
            return "plain " + text;
        }
    }

    public static final class Configured implements Function<String, String> {
        private final String greeting;

        public Configured() {
            greeting = "none";
        }

        public Configured(FunctionConfig config) {
            greeting = config.require("greeting");
        }

        @Override
        public String apply(String text) {
            return greeting + " " + text;
        }
    }

    public abstract static class Unfinished implements Function<String, String> {}

    public static final class Hidden implements Function<String, String> {
        private Hidden() {}

        @Override
        public String apply(String text) {
            return text;
        }
    }

    public static final class Broken implements Function<String, String> {
        private static final int NUMBER = Integer.parseInt("no number");

        @Override
        public String apply(String text) {
            return text + NUMBER;
        }
    }

    public static Function<String, Mono<String>> factory() {
        return text -> Mono.just("made " + text);
    }

    public static Function<String, String> nothing() {
        return null;
    }

    public Function<String, String> ofAnInstance() {
        return text -> text;
    }

    private static String named(Class<?> type) {
        return type.getName();
    }

    private static Object call(FunctionCode code, FunctionConfig config) throws Exception {
        CloudEvent event = Fixtures.event("in");
        return code.newHandler("fn", config).call(event, NO_INVOCATION);
    }

    @Test
    void makesAHandlerFromTheEnginesClassPath() throws Exception {
        var code = FunctionCode.load(named(Plain.class), null);

        assertThat(code.describe()).isEqualTo("blocking String -> String");
        assertThat(call(code, FunctionConfig.EMPTY)).isEqualTo("plain in");
    }

    @Test
    void prefersTheConstructorThatTakesTheConfiguration() throws Exception {
        var code = FunctionCode.load(named(Configured.class), null);

        assertThat(call(code, new FunctionConfig(Map.of("greeting", "hello")))).isEqualTo("hello in");
        assertThatThrownBy(() -> call(code, FunctionConfig.EMPTY))
                .isInstanceOf(FunctionCodeException.class)
                .hasMessageContaining("can't be made")
                .hasMessageContaining("config 'greeting' is missing");
    }

    @Test
    void takesAFactoryMethodsReturnTypeForItsLambda() throws Exception {
        var code = FunctionCode.load(named(FunctionCodeTest.class) + "::factory", null);

        assertThat(code.describe()).isEqualTo("reactive String -> String");
        assertThat(((Mono<?>) call(code, FunctionConfig.EMPTY)).block()).isEqualTo("made in");
    }

    @Test
    void saysWhatIsWrongWithAHandler() {
        refused("com.acme.Gone", null, "class com.acme.Gone is not on the engine's class path");
        refused(named(Unfinished.class), null, "is abstract");
        refused(named(Hidden.class), null, "is not public or has no public constructor");
        refused(named(Broken.class), null, "can't be loaded: java.lang.ExceptionInInitializerError");
        refused(named(FunctionCodeTest.class) + "::gone", null, "has no public static method gone without parameters");
        refused(named(FunctionCodeTest.class) + "::ofAnInstance", null, "is not static");
    }

    @Test
    void refusesAFactoryThatMakesNothing() throws Exception {
        var code = FunctionCode.load(named(FunctionCodeTest.class) + "::nothing", null);

        assertThatThrownBy(() -> code.newHandler("fn", FunctionConfig.EMPTY))
                .isInstanceOf(FunctionCodeException.class)
                .hasMessageContaining("returned null instead of a function");
    }

    @Test
    void saysWhatIsWrongWithAnArtifact() throws Exception {
        var text = Files.writeString(folder.resolve("notes.jar"), "no jar at all");
        var empty = folder.resolve("empty.jar");
        new JarOutputStream(Files.newOutputStream(empty)).close();

        refused("com.acme.Price", folder.resolve("gone.jar"), "gone.jar does not exist; was it built?");
        refused("com.acme.Price", text, "notes.jar is neither a jar nor a folder of classes");
        refused("com.acme.Price", empty, "empty.jar is an empty jar");
        refused("com.acme.Price", folder, "class com.acme.Price is not on artifact");
    }

    private static void refused(String handler, Path artifact, String message) {
        assertThatThrownBy(() -> FunctionCode.load(handler, artifact))
                .isInstanceOf(FunctionCodeException.class)
                .hasMessageContaining(message);
    }

    @Test
    void keepsTheClassesOfTwoArtifactsApart() throws Exception {
        var one = artifact("one", price("1"));
        var two = artifact("two", price("2"));
        var first = FunctionCode.load("com.acme.Price", one);
        var second = FunctionCode.load("com.acme.Price", two);

        assertThat(call(first, FunctionConfig.EMPTY)).isEqualTo("version 1 of in");
        assertThat(call(second, FunctionConfig.EMPTY)).isEqualTo("version 2 of in");
        first.close().block();
        assertThat(call(second, FunctionConfig.EMPTY)).isEqualTo("version 2 of in");
        second.close().block();
    }

    @Test
    void takesTheTypesOfTheBorderFromTheEngineThoughTheArtifactHoldsThemToo() throws Exception {
        var own = artifact(
                "own",
                Map.of(
                        "com.acme.Typed",
                        "package com.acme; public class Typed implements java.util.function.Function<"
                                + "io.cloudevents.CloudEvent, reactor.core.publisher.Mono<String>> { public"
                                + " reactor.core.publisher.Mono<String> apply(io.cloudevents.CloudEvent e) { return"
                                + " reactor.core.publisher.Mono.just(e.getId()); } }"));
        var code = FunctionCode.load("com.acme.Typed", own);

        assertThat(call(code, FunctionConfig.EMPTY)).isInstanceOf(Mono.class);
        assertThat(((Mono<?>) call(code, FunctionConfig.EMPTY)).block()).isEqualTo("in");
        assertThat(code.shape().input().getRawClass()).isSameAs(CloudEvent.class);
        code.close().block();
    }

    @Test
    void hidesTheEnginesOwnClassesFromAnArtifact() throws Exception {
        var nosy = artifact(
                "nosy",
                Map.of(
                        "com.acme.Nosy",
                        "package com.acme; public class Nosy implements java.util.function.Function<String, String> {"
                                + " public String apply(String name) { try { return"
                                + " Class.forName(\"dev.sluice.engine.Engine\").getName(); } catch"
                                + " (ClassNotFoundException e) { return \"hidden\"; } } }"));
        var code = FunctionCode.load("com.acme.Nosy", nosy);

        assertThat(call(code, FunctionConfig.EMPTY)).isEqualTo("hidden");
        code.close().block();
    }

    @Test
    void runsAHandlerWithItsArtifactAsContextClassLoader() throws Exception {
        var curious = artifact(
                "curious",
                Map.of(
                        "com.acme.Curious",
                        "package com.acme; public class Curious implements java.util.function.Function<String, String>"
                                + " { public String apply(String name) { return String.valueOf("
                                + "Thread.currentThread().getContextClassLoader() =="
                                + " Curious.class.getClassLoader()); } }"));
        var before = Thread.currentThread().getContextClassLoader();
        var code = FunctionCode.load("com.acme.Curious", curious);

        assertThat(call(code, FunctionConfig.EMPTY)).isEqualTo("true");
        assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(before);
        code.close().block();
    }

    @Test
    void namesTheClassThatAnArtifactLacks() throws Exception {
        var whole = classes(
                "torn",
                Map.of(
                        "com.acme.Part",
                        "package com.acme; public class Part {}",
                        "com.acme.Torn",
                        "package com.acme; public class Torn extends Part implements"
                                + " java.util.function.Function<String, String> { public String apply(String t) {"
                                + " return t; } }"));
        Files.delete(whole.resolve("com/acme/Part.class"));

        refused("com.acme.Torn", whole, "can't be loaded: java.lang.NoClassDefFoundError: com/acme/Part");
    }

    private static Map<String, String> price(String version) {
        return Map.of(
                "com.acme.Price",
                "package com.acme; public class Price implements java.util.function.Function<String, String> { public"
                        + " String apply(String text) { return Version.NAME + \" of \" + text; } }",
                "com.acme.Version",
                "package com.acme; class Version { static final String NAME = new String(\"version " + version
                        + "\"); }");
    }

    private Path artifact(String name, Map<String, String> sources) throws IOException {
        var from = classes(name, sources);
        var jar = folder.resolve(name + ".jar");
        try (var out = new JarOutputStream(Files.newOutputStream(jar));
                var files = Files.walk(from)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new JarEntry(from.relativize(file).toString()));
                out.write(Files.readAllBytes(file));
            }
        }
        return jar;
    }

    private Path classes(String name, Map<String, String> sources) throws IOException {
        return Artifacts.compile(folder.resolve(name), sources);
    }
}
