package dev.sluice.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;

/** The floors of the house: who may see whom. The server sees all modules, so it is where this can be checked. */
class FloorPlanTest {
    private static final int LINES_MAX = 500;

    /** Longer for a reason that stands at the head of each: one state machine, not to be cut in two. */
    private static final Set<String> LONG_FOR_A_REASON =
            Set.of("cloudevents-adapters/core/src/main/java/dev/sluice/cloudevents/WireEvent.java");

    /** Tests share one per JVM, and its processes tell on stdout that they serve. */
    private static final String TEST_KAFKA = "dev.sluice.broker.kafka.server..";

    private static final Path ROOT = root();

    private static JavaClasses house;

    @BeforeAll
    static void read() {
        house = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("dev.sluice");
        // Without classes every rule would hold.
        assertThat(house.stream().map(JavaClass::getPackageName).distinct())
                .contains(
                        "dev.sluice.function",
                        "dev.sluice.cloudevents",
                        "dev.sluice.broker",
                        "dev.sluice.broker.memory",
                        "dev.sluice.broker.kafka",
                        "dev.sluice.cloudevents.kafka",
                        "dev.sluice.cloudevents.mappings",
                        "dev.sluice.trigger.http",
                        "dev.sluice.trigger.object",
                        "dev.sluice.trigger.topic",
                        "dev.sluice.trigger.schedule",
                        "dev.sluice.engine",
                        "dev.sluice.deadletters",
                        "dev.sluice.cli",
                        "dev.sluice.server");
    }

    @Test
    void functionsSeeNothingOfTheEngine() {
        check(noSight(
                "dev.sluice.function..",
                "what a function is compiled against must not drag the engine along",
                "dev.sluice.cloudevents..",
                "dev.sluice.broker..",
                "dev.sluice.trigger..",
                "dev.sluice.engine..",
                "dev.sluice.cli..",
                "dev.sluice.server.."));
    }

    @Test
    void adaptersSeeNoFloorAbove() {
        check(noSight(
                "dev.sluice.cloudevents..",
                "codecs and filters are used by every floor above",
                "dev.sluice.broker..",
                "dev.sluice.trigger..",
                "dev.sluice.engine..",
                "dev.sluice.cli..",
                "dev.sluice.server.."));
    }

    @Test
    void brokersSeeNeitherTriggersNorTheEngine() {
        check(noSight(
                "dev.sluice.broker..",
                "a broker knows events, not who reads them",
                "dev.sluice.trigger..",
                "dev.sluice.engine..",
                "dev.sluice.cli..",
                "dev.sluice.server.."));
    }

    @Test
    void theBrokerContractSeesNoBroker() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.sluice.broker")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.sluice.broker.memory..", "dev.sluice.broker.kafka..")
                .because("the contract stands below what fulfils it"));
    }

    @Test
    void triggersSeeTheBrokerContractAndNotTheEngine() {
        check(noSight(
                "dev.sluice.trigger..",
                "a trigger hands events on and does not run them",
                "dev.sluice.broker.memory..",
                "dev.sluice.broker.kafka..",
                "dev.sluice.engine..",
                "dev.sluice.cli..",
                "dev.sluice.server.."));
    }

    @Test
    void triggersDoNotSeeEachOther() {
        var triggers = List.of(
                "dev.sluice.trigger.http..",
                "dev.sluice.trigger.topic..",
                "dev.sluice.trigger.object..",
                "dev.sluice.trigger.schedule..");
        for (var trigger : triggers) {
            var others =
                    triggers.stream().filter(other -> !other.equals(trigger)).toArray(String[]::new);
            check(noSight(trigger, "triggers are modules of their own", others));
        }
    }

    @Test
    void theEngineSeesNoConcreteBrokerAndNoTrigger() {
        check(noSight(
                "dev.sluice.engine..",
                "what names brokers and triggers is the server",
                "dev.sluice.broker.memory..",
                "dev.sluice.broker.kafka..",
                "dev.sluice.trigger..",
                "dev.sluice.cli..",
                "dev.sluice.server.."));
    }

    @Test
    void workOnDeadLettersSeesTheBrokerContractAlone() {
        check(noSight(
                "dev.sluice.deadletters..",
                "letters are looked at and sent by the contract of brokers, whatever broker has them",
                "dev.sluice.broker.memory..",
                "dev.sluice.broker.kafka..",
                "dev.sluice.trigger..",
                "dev.sluice.engine..",
                "dev.sluice.function..",
                "dev.sluice.cli..",
                "dev.sluice.server.."));
    }

    @Test
    void theCommandLineSpeaksTheAdminApiAndSeesNothingElse() {
        check(noSight(
                "dev.sluice.cli..",
                "the command line has no way in that others have not",
                "dev.sluice.function..",
                "dev.sluice.cloudevents..",
                "dev.sluice.broker..",
                "dev.sluice.trigger..",
                "dev.sluice.engine..",
                "dev.sluice.deadletters..",
                "dev.sluice.server.."));
    }

    @Test
    void manifestsDoNotSeeTheServer() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.sluice.server.manifest")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.sluice.server")
                .because("they are read without running anything"));
    }

    @Test
    void reactorNettyStandsWhereHttpIsSpoken() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages(
                        "dev.sluice.cloudevents.http..", "dev.sluice.trigger.http..", "dev.sluice.server..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("reactor.netty..")
                .because("HTTP has three places"));
    }

    @Test
    void vertxStandsInTheKafkaBrokerAlone() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage("dev.sluice.broker.kafka..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.vertx..")
                .because("its client is wrapped there"));
    }

    /** It is here for tests alone; {@code dev --kafka} starts it by its name, in a process of its own. */
    @Test
    void nothingThatShipsSeesTheThrowAwayKafka() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages(TEST_KAFKA, "dev.sluice.load..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(TEST_KAFKA, "kafka..")
                .because("a whole Kafka has no place on the engine's class path"));
    }

    @Test
    void snakeYamlAndLogbackStandInTheServerAlone() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage("dev.sluice.server..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.yaml..", "ch.qos.logback..")
                .because("manifests and the log's form are the server's"));
    }

    @Test
    void nothingBlocksOrSubscribesOnItsOwnBelowTheServer() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage("dev.sluice.server..")
                .should()
                .callMethodWhere(target(
                        "waits for a publisher, or subscribes without seeing its errors",
                        call -> isPublisher(call.getTargetOwner())
                                && (call.getName().startsWith("block")
                                        || (call.getName().equals("subscribe")
                                                && call.getTarget()
                                                        .getRawParameterTypes()
                                                        .isEmpty()))))
                .because("public methods return cold publishers; who runs them decides"));
    }

    @Test
    void nothingSleepsButTheCommandLine() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage("dev.sluice.cli..")
                .should()
                .callMethod(Thread.class, "sleep", long.class)
                .because("a wait has an event that ends it, or a timer"));
    }

    @Test
    void standardStreamsBelongToTheCommandLine() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages("dev.sluice.cli..", TEST_KAFKA)
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .because("a library that prints can't be told not to"));
    }

    @Test
    void theServerShowsNothingButItsMain() {
        check(classes()
                .that()
                .resideInAPackage("dev.sluice.server")
                .and()
                .arePublic()
                .should()
                .haveSimpleName("Main")
                .orShould()
                .haveSimpleName("LogSetup")
                .orShould()
                .haveFullyQualifiedName("dev.sluice.server.RehearseCommand$Echo")
                .orShould()
                .haveFullyQualifiedName("dev.sluice.server.Forward")
                .orShould()
                .haveFullyQualifiedName("dev.sluice.server.S3Notifications")
                .because("nothing stands above the server, and functions are public"));
    }

    @Test
    void namesSayWhatAThingIs() {
        check(classes()
                .that()
                .resideInAPackage("dev.sluice..")
                .should()
                .haveSimpleNameNotEndingWith("Impl")
                .andShould()
                .haveSimpleNameNotStartingWith("Abstract")
                .andShould()
                .haveSimpleNameNotEndingWith("Util")
                .andShould()
                .haveSimpleNameNotEndingWith("Utils")
                .andShould()
                .haveSimpleNameNotEndingWith("Manager")
                .andShould()
                .haveSimpleNameNotEndingWith("Helper"));
        check(noClasses().should().resideInAPackage("..internal..").because("package-private says it"));
    }

    @Test
    void everyPackageIsNullMarked() {
        check(classes().that().resideInAPackage("dev.sluice..").should(haveANullMarkedPackage()));
    }

    @Test
    void fieldsHoldNoMutableStaticState() {
        check(fields().that()
                .areStatic()
                .and()
                .areDeclaredInClassesThat()
                .resideInAPackage("dev.sluice..")
                .and()
                .areDeclaredInClassesThat()
                .resideOutsideOfPackage(TEST_KAFKA)
                .should()
                .beFinal()
                .because("a process may hold several engines"));
    }

    /** Read from the sources, which the classes no longer tell. */
    @Test
    void noFileIsLongerThanAReaderCanHold() {
        var tooLong = sources()
                .filter(file -> lines(file).size() > LINES_MAX)
                .map(file -> ROOT.relativize(file).toString())
                .filter(file -> !LONG_FOR_A_REASON.contains(file));

        assertThat(tooLong).isEmpty();
    }

    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(house);
    }

    private static DescribedPredicate<JavaMethodCall> target(String description, Predicate<JavaMethodCall> holds) {
        return DescribedPredicate.describe(description, holds);
    }

    private static boolean isPublisher(JavaClass type) {
        return type.isAssignableTo(Publisher.class);
    }

    private static ArchRule noSight(String from, String because, String... to) {
        return noClasses()
                .that()
                .resideInAPackage(from)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(to)
                .because(because);
    }

    private static ArchCondition<JavaClass> haveANullMarkedPackage() {
        return new ArchCondition<>("be in a package marked with @NullMarked") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                var marked = type.getPackage().isAnnotatedWith("org.jspecify.annotations.NullMarked");
                if (!marked) {
                    events.add(SimpleConditionEvent.violated(type, type.getPackageName() + " is not marked"));
                }
            }
        };
    }

    private static Path root() {
        var folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("functions-api"))) {
            folder = folder.getParent();
        }
        return folder;
    }

    private static Stream<Path> sources() {
        return List.of(
                        "functions-api",
                        "cloudevents-adapters",
                        "brokers",
                        "triggers",
                        "engine",
                        "samples",
                        "load-tests")
                .stream()
                .flatMap(FloorPlanTest::javaFiles);
    }

    private static Stream<Path> javaFiles(String module) {
        try (var files = Files.walk(ROOT.resolve(module))) {
            return files
                    .filter(file -> file.toString().endsWith(".java")
                            && !file.toString().contains("/target/"))
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
