package dev.sluice.server.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every rule of a manifest, with the place that its mistake names. */
class ManifestMistakesTest {
    private static final String FUNCTION = """
            apiVersion: sluice.dev/v1
            kind: Function
            metadata: {name: price}
            spec:
              handler: com.acme.Price
            """;

    @TempDir
    Path folder;

    /** The line under test is the document's sixth, in the fields of a Function's spec. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            timeout: 5 seconds            | 6:12: spec.timeout: '5 seconds': must be a duration such as 200ms, 5s, 2m, 1h or PT0.2S
            timeout: 0s                   | 6:12: spec.timeout: '0s': must be between 1ms and 24h
            timeout:                      | 6:11: spec.timeout: must not be empty
            timeout: [5s]                 | 6:12: spec.timeout: must be a single value, not a list
            concurrency: 0                | 6:16: spec.concurrency: '0': must be a whole number between 1 and 10000, or adaptive
            concurrency: 1.5              | 6:16: spec.concurrency: '1.5': must be a whole number between 1 and 10000, or adaptive
            concurrency: 99999999999999999999 | 6:16: spec.concurrency: '99999999999999999999': must be a whole number between 1 and 10000, or adaptive
            concurrency: adaptiv          | 6:16: spec.concurrency: 'adaptiv': must be a whole number between 1 and 10000, or adaptive; did you mean 'adaptive'?
            concurrency: many             | 6:16: spec.concurrency: 'many': must be a whole number between 1 and 10000, or adaptive
            memory: lots                  | 6:11: spec.memory: 'lots': must be a number of bytes of at least 1, such as 1048576 or 64MiB
            artifact: target/none.jar     | 6:13: spec.artifact: 'target/none.jar': does not exist: it must be a jar or a folder of classes, seen from this file
            config: {rates: [1, 2]}       | 6:19: spec.config.rates: must be a single value
            config: EUR                   | 6:11: spec.config: 'EUR': must be a map, not a single value
            batch: {size: 0}              | 6:17: spec.batch.size: '0': must be a whole number between 1 and 10000
            batch: {within: 6m}           | 6:19: spec.batch.within: '6m': must be between 0s and 5m
            batch: {siez: 5}              | 6:11: spec.batch.siez: is not a known key; did you mean 'size'?
            scaling: {min: 4, max: 2}     | 6:26: spec.scaling.max: '2': must reach scaling.min, 4
            scaling: {min: -1}            | 6:18: spec.scaling.min: '-1': must be a whole number between 0 and 1000
            scaling: {max: 0}             | 6:18: spec.scaling.max: '0': must be a whole number between 1 and 1000
            scaling: {max: 1001}          | 6:18: spec.scaling.max: '1001': must be a whole number between 1 and 1000
            scaling: {max: 2, warm: 3}    | 6:27: spec.scaling.warm: '3': must not exceed scaling.max, 2
            scaling: {drain: 50ms}        | 6:20: spec.scaling.drain: '50ms': must be between 100ms and 1h
            scaling: {idle: 2d}           | 6:19: spec.scaling.idle: '2d': must be between 0s and 24h
            scaling: {policy: demnad}     | 6:21: spec.scaling.policy: 'demnad': is no scaling policy; installed are demand, fixed, knative; did you mean 'demand'?
            scaling: {policy: cron}       | 6:21: spec.scaling.policy: 'cron': is no scaling policy; installed are demand, fixed, knative
            scaling: {maximum: 3}         | 6:13: spec.scaling.maximum: is not a known key
            scaling: 3                    | 6:12: spec.scaling: '3': must be a map, not a single value
            window: {size: 0}             | 6:18: spec.window.size: '0': must be a whole number between 1 and 10000
            window: {key: Customer}       | 6:17: spec.window.key: 'Customer': must be 'key', for the record's key, or the name of an attribute
            window: {open: 5}             | 6:18: spec.window.open: '5': bounds the open windows of different keys, and needs window.key
            timeOut: 5s                   | 6:3: spec.timeOut: is not a known key; did you mean 'timeout'?
            colour: red                   | 6:3: spec.colour: is not a known key
            handler: com.acme.Other       | 6:3: spec.handler: is there twice, first in line 5
            """)
    void tellsPlacePathValueAndRuleOfAFunctionsMistake(String field, String mistake) throws IOException {
        assertThat(mistakes(FUNCTION + "  " + field + "\n")).containsExactly("sluice.yaml:" + mistake);
    }

    /** The line under test is the document's fifth, after four of a Trigger's head. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {function: price}                                      | 13:7: spec.topic: is missing: a trigger has exactly one of topic, http, schedule, every, object
            {topic: a, http: {path: /x}, function: price}          | 13:15: spec.topic: 'a': is one too many: a trigger has exactly one of topic, http, schedule, every, object; the topic that http stores events on is written as http.topic
            {object: {}, function: price}                          | 13:16: spec.object.dir: is missing: the folder whose files have events
            {object: {dir: in, done: burn}, function: price}       | 13:32: spec.object.done: 'burn': must be keep, delete, or a map such as {move: done/}
            {object: {dir: in, done: {move: x}}, function: price}  | 13:32: spec.object.done: must be keep with a broker that keeps events in memory: a file that was taken away would be lost with its event when the process ends
            {object: {dir: in, suffix: "*.csv"}, function: price}  | 13:34: spec.object.suffix: '*.csv': must be plain text, such as .csv; include has patterns
            {object: {dir: in, include: ["{a"]}, function: price}  | 13:36: spec.object.include: '{a': must be a pattern such as *.csv or 2024/**/*.{csv,json}
            {object: {dir: in, colour: red}, function: price}      | 13:26: spec.object.colour: is not a known key
            {object: {s3: {bucket: b}}, function: price}           | 13:30: spec.object.s3.bucket: 'b': must be 3 to 255 of letters, digits, dot, dash and underscore
            {object: {s3: {bucket: pics, access-key: a}}, function: price} | 13:21: spec.object.s3.secret-key: is missing: access-key and secret-key belong together, such as "${S3_KEY}"
            {object: {s3: {bucket: pics, endpoint: minio}}, function: price} | 13:46: spec.object.s3.endpoint: 'minio': must be a URL without a path, such as http://minio:9000
            {object: {dir: in, poll: 1ms}, function: price}        | 13:32: spec.object.poll: '1ms': must be between 100ms and 1h
            {every: 10ms, function: price}                         | 13:15: spec.every: '10ms': must be between 1s and 8784h
            {schedule: {cron: "0 0 31 2 *"}, function: price}      | 13:25: spec.schedule.cron: '0 0 31 2 *': '0 0 31 2 *' never fires: no month has such a day
            {schedule: {cron: "61 * * * *"}, function: price}      | 13:25: spec.schedule.cron: '61 * * * *': minute '61': '61' must be 0 to 59
            {schedule: {cron: "@daily", zone: Mars/Base}, function: price}          | 13:41: spec.schedule.zone: 'Mars/Base': must be a time zone such as Europe/Berlin or UTC
            {schedule: {zone: UTC}, function: price}               | 13:18: spec.schedule.cron: must be there, or at: a schedule has exactly one of them
            {schedule: {at: soon}, function: price}                | 13:23: spec.schedule.at: 'soon': must be a time such as 2026-12-24T18:00:00, which is of the zone, or 2026-12-24T18:00:00Z
            {schedule: {cron: "@daily", missed: maybe}, function: price}            | 13:43: spec.schedule.missed: 'maybe': must be one of skip, once, all
            {schedule: {cron: "@daily", template: "{{year}}"}, function: price}     | 13:45: spec.schedule.template: '{{year}}': has the field 'year', must be scheduledtime, date, time, zone, trigger or id
            {schedule: {cron: "@daily", data: 1, template: "1"}, function: price}   | 13:41: spec.schedule.data: '1': is one too many: a schedule has data or a template
            {schedule: {cron: "@daily", start: 2026-02-01, end: 2026-01-01}, function: price} | 13:59: spec.schedule.end: '2026-01-01': must be after start
            {schedule: {cron: "@daily", colour: red}, function: price}              | 13:35: spec.schedule.colour: is not a known key
            {topic: a}                                             | 13:7: spec.function: is missing: the name of the Function that gets the events
            {topic: a, function: prise}                            | 13:28: spec.function: 'prise': is no Function in these files; did you mean 'price'?
            {topic: "a b", function: price}                        | 13:15: spec.topic: 'a b': must be a topic's name: 1 to 249 of letters, digits, dot, dash and underscore
            {topic: {group: g}, function: price}                   | 13:15: spec.topic.name: is missing: must be a topic's name: 1 to 249 of letters, digits, dot, dash and underscore
            {topic: {name: a, broker: kafka}, function: price}     | 13:33: spec.topic.broker: 'kafka': is no Broker in these files
            {topic: {name: a, start: oldest}, function: price}     | 13:32: spec.topic.start: 'oldest': must be earliest, latest or a time such as 2026-01-31T06:00:00Z
            {topic: {name: a, start: 2026-01-31T06:00:00Z}, function: price} | 13:32: spec.topic.start: '2026-01-31T06:00:00Z': must be earliest or latest: broker 'default' keeps events in memory, and no times
            {topic: {name: a, order: keys}, function: price}       | 13:32: spec.topic.order: 'keys': must be one of key, partition, none
            {topic: a, function: price, share: 0}                  | 13:42: spec.share: '0': must be a whole number between 1 and 1000
            {topic: a, function: price, rate: 100}                 | 13:41: spec.rate: '100': must be events in a time, 1 to 1000000 of them, such as 100/s, 30/m, 5/h or 1/d
            {topic: a, function: price, rate: 0/s}                 | 13:41: spec.rate: '0/s': must be events in a time, 1 to 1000000 of them, such as 100/s, 30/m, 5/h or 1/d
            {topic: a, function: price, concurrency: 0}            | 13:48: spec.concurrency: '0': must be a whole number between 1 and 100000
            {topic: a, function: price, dedupe: {window: 2d}}      | 13:52: spec.dedupe.window: '2d': must be between 1ms and 24h
            {topic: a, function: price, dedupe: {key: source and id}} | 13:49: spec.dedupe.key: 'source and id': must be 1 to 8 names of attributes or extensions, joined by +, such as source+id
            {topic: a, function: price, dedupe: {key: data}}       | 13:49: spec.dedupe.key: 'data': must not name data, which is no attribute
            {http: {path: /x}, function: price, dedupe: {window: 1m}} | 13:51: spec.dedupe: has no use in mode reply: each caller waits for an answer of its own
            {topic: a, function: price, delivery: {dead-letter: {max-redrives: -1}}} | 13:74: spec.delivery.dead-letter.max-redrives: '-1': must be a whole number between 0 and 1000
            {topic: a, function: price, delivery: {retry: -1}}     | 13:53: spec.delivery.retry: '-1': must be a whole number between 0 and 1000
            {topic: a, function: price, delivery: {backoff-policy: fibonacci}} | 13:62: spec.delivery.backoff-policy: 'fibonacci': must be one of exponential, linear, constant
            {topic: a, function: price, delivery: {backoff-delay: 1m}} | 13:61: spec.delivery.backoff-delay: '1m': backoff-max, 30s, must reach backoff-delay, 1m
            {topic: a, function: price, delivery: {dead-letter: {}}} | 13:59: spec.delivery.dead-letter: must have one of topic, knative, max-redrives
            {topic: a, function: price, delivery: {on-dead-letter-failure: ignore}} | 13:70: spec.delivery.on-dead-letter-failure: 'ignore': must be one of park, stop, drop
            {topic: a, function: price, answers: {type: t}}        | 13:44: spec.answers.topic: is missing: answers go to a topic
            {topic: a, function: price, answers: {topic: b, source: "a b"}} | 13:63: spec.answers.source: 'a b': must be a URI reference, such as /price
            {topic: a, function: price, answers: [{topic: b}, {topic: c, type: t}]} | 13:45: spec.answers[0].type: is missing: only the last entry may take the answers of every type
            {topic: a, function: price, answers: [{topic: b, type: t}, {topic: c, type: t}]} | 13:83: spec.answers[1].type: 't': has an entry already
            {topic: a, function: price, answers: {topic: a}}       | 12:18: spec.answers: 'a': makes a circle of topics, each of which a group reads, on a memory broker: a -> a; when they are full, none can make room
            {http: {path: orders}, function: price}                | 13:21: spec.http.path: 'orders': must be plain segments, each after a slash and none empty, such as /orders
            {http: {path: /functions/x}, function: price}          | 13:21: spec.http.path: '/functions/x': must not be under /topics or /functions, which are the engine's own
            {http: {path: /a/../b}, function: price}               | 13:21: spec.http.path: '/a/../b': must not have . or .. as a segment
            {http: {path: /x, method: BREW}, function: price}      | 13:33: spec.http.method: 'BREW': must be one of POST, PUT, PATCH, DELETE, GET
            {http: {path: /x, mode: answer}, function: price}      | 13:31: spec.http.mode: 'answer': must be one of reply, accept
            {http: {path: /x, topic: a}, function: price}          | 13:32: spec.http.topic: 'a': has no use in mode reply, which stores nothing: write mode: accept
            {http: {path: /x}, function: price, delivery: {retry: 2}} | 13:61: spec.delivery.retry: '2': has no use in mode reply: the caller has the retry and the dead letter
            {http: {path: /x}, function: price, answers: {topic: a}} | 13:60: spec.answers.topic: 'a': has no use in mode reply: the answer is the response
            {topic: a, function: price, filters: {exact: {type: a}}} | 13:44: spec.filters: must be a list, not a map
            {topic: a, function: price, filters: [{exakt: {type: a}}]} | 13:53: spec.filters[0].exakt: '{...}': is no filter dialect; there are exact, prefix, suffix, all, any, not, cesql, pattern
            {topic: a, function: price, filters: [{cesql: type = }]} | 13:53: spec.filters[0].cesql: 'type =': must be an expression of CESQL: at character 7: expected a value: an attribute, a literal, a function or '(', found the end
            {topic: a, function: price, filters: [{all: [{exact: {Type: a}}]}]} | 13:67: spec.filters[0].all[0].exact.Type: 'Type': is no attribute name: only a-z and 0-9 are allowed, and data cannot be filtered on
            """)
    void tellsPlacePathValueAndRuleOfATriggersMistake(String spec, String mistake) throws IOException {
        var head = """
                ---
                # the trigger under test
                apiVersion: sluice.dev/v1
                kind: Trigger

                # its name and what it does
                metadata: {name: under-test}
                """;
        var text = FUNCTION + head + "spec: " + spec + "\n";

        assertThat(mistakes(text)).containsExactly("sluice.yaml:" + mistake);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {kind: Broker, metadata: {name: b}, spec: {memory: {}}}                            | 1:1: apiVersion: is missing: write sluice.dev/v1
            {apiVersion: sluice.dev/v2, kind: Broker, metadata: {name: b}, spec: {memory: {}}} | 1:14: apiVersion: 'sluice.dev/v2': must be one of sluice.dev/v1, eventing.knative.dev/v1, sources.knative.dev/v1
            {apiVersion: eventing.knative.dev/v1, kind: EventType, metadata: {name: b}, spec: {}} | 1:45: kind: 'EventType': must be one of Broker, Trigger
            {apiVersion: sluice.dev/v1, kind: Funktion, metadata: {name: b}, spec: {}}         | 1:35: kind: 'Funktion': must be one of Server, Broker, Function, Trigger; did you mean 'Function'?
            {apiVersion: sluice.dev/v1, kind: Broker, spec: {memory: {}}}                      | 1:1: metadata: is missing: a map with the name of the Broker
            {apiVersion: sluice.dev/v1, kind: Broker, metadata: {}, spec: {memory: {}}}        | 1:53: metadata.name: is missing: must be 1 to 63 of a-z, 0-9 and -, with a letter or digit at both ends
            {apiVersion: sluice.dev/v1, kind: Broker, metadata: {name: B_1}, spec: {memory: {}}} | 1:60: metadata.name: 'B_1': must be 1 to 63 of a-z, 0-9 and -, with a letter or digit at both ends
            {apiVersion: sluice.dev/v1, kind: Broker, metadata: {name: b}}                     | 1:1: spec: is missing: a map with what the Broker is to be
            {apiVersion: sluice.dev/v1, kind: Broker, metadata: {name: b}, spec: [1]}          | 1:70: spec: must be a map, not a list
            {apiVersion: sluice.dev/v1, kind: Broker, metadata: {name: b}, spec: {}}           | 1:70: spec.memory: is missing: a broker says what it is: memory: {partitions: 4}, or kafka: {bootstrap-servers: host:9092}
            {apiVersion: sluice.dev/v1, kind: Broker, metadata: {name: b}, spec: {kafka: {}}}  | 1:78: spec.kafka.bootstrap-servers: is missing: where the cluster is found, such as kafka-1:9092,kafka-2:9092
            {apiVersion: sluice.dev/v1, kind: Broker, metadata: {name: b}, spec: {memory: {}, kafka: {bootstrap-servers: "a:1"}}} | 1:90: spec.kafka: is one too many: a broker has exactly one of memory and kafka
            {apiVersion: sluice.dev/v1, kind: Broker, metadata: {name: b}, spec: {memory: {partitions: 0}}} | 1:92: spec.memory.partitions: '0': must be a whole number between 1 and 1024
            {apiVersion: sluice.dev/v1, kind: Broker, metadata: {name: b}, spec: {memory: {topic-bytes-max: 1MB}}} | 1:97: spec.memory.topic-bytes-max: '1MB': must be a number of bytes of at least 1, such as 1048576 or 64MiB
            {apiVersion: sluice.dev/v1, kind: Broker, metadata: {name: b}, spec: {memory: {topic-bytes-max: 1KiB}}} | 1:97: spec.memory.topic-bytes-max: '1KiB': must leave room for one event of 1114112 bytes
            {apiVersion: sluice.dev/v1, kind: Server, spec: {port: 70000}}                     | 1:56: spec.port: '70000': must be a whole number between 0 and 65535
            {apiVersion: sluice.dev/v1, kind: Server, spec: {grace: soon}}                     | 1:57: spec.grace: 'soon': must be a duration such as 200ms, 5s, 2m, 1h or PT0.2S
            {apiVersion: sluice.dev/v1, kind: Server, spec: {admin_port: 1}}                   | 1:50: spec.admin_port: is not a known key; did you mean 'admin-port'?
            """)
    void tellsPlacePathValueAndRuleOfADocumentsMistake(String document, String mistake) throws IOException {
        assertThat(mistakes(document + "\n")).containsExactly("sluice.yaml:" + mistake);
    }

    @Test
    void tellsAllMistakesOfAllFilesAtOnceByFileAndLine() throws IOException {
        write("b.yaml", FUNCTION.replace("price", "ship") + "  timeout: x\n  concurrency: y\n");
        write("a.yaml", FUNCTION + "  timeout: z\n---\nkind: [}\n");

        assertThat(mistakesOf(folder))
                .satisfiesExactly(
                        first -> assertThat(first).startsWith("a.yaml:6:12: spec.timeout: 'z'"),
                        second -> assertThat(second).startsWith("a.yaml:8:8: not YAML: "),
                        third -> assertThat(third).startsWith("b.yaml:6:12: spec.timeout: 'x'"),
                        fourth -> assertThat(fourth).startsWith("b.yaml:7:16: spec.concurrency: 'y'"));
    }

    @Test
    void refusesANameThatAnotherFileHasAlready() throws IOException {
        write("a.yaml", FUNCTION);
        write("b.yaml", "# the same again\n" + FUNCTION);

        assertThat(mistakesOf(folder))
                .singleElement()
                .asString()
                .startsWith("b.yaml:4:18: metadata.name: 'price': is the name of another Function already, at ")
                .endsWith("a.yaml:3:18");
    }

    @Test
    void refusesTriggersOfOneGroupThatDisagree() throws IOException {
        var text = FUNCTION
                + trigger("one", "{name: a, group: g, start: earliest}", "x")
                + trigger("two", "{name: a, group: g, start: latest}", "y");

        assertThat(mistakes(text))
                .containsExactly(
                        "sluice.yaml:16:18: spec.topic.group: 'g': trigger 'two' says start: latest, but trigger"
                                + " 'one' says earliest: triggers that share group 'g' of topic 'a' must agree");
    }

    @Test
    void refusesACircleOfTopicsAndNamesItsWay() throws IOException {
        var text = FUNCTION
                + trigger("one", "a", "b")
                + trigger("two", "b", "c")
                + trigger("three", "c", "a")
                + trigger("beside", "b", "d");

        assertThat(mistakes(text))
                .containsExactly("sluice.yaml:8:18: spec.answers: 'b': makes a circle of topics, each of which a group"
                        + " reads, on a memory broker: a -> b -> c -> a; when they are full, none can make room");
    }

    @Test
    void refusesAPathThatAnotherTriggerHas() throws IOException {
        var text = FUNCTION + """
                ---
                {apiVersion: sluice.dev/v1, kind: Trigger, metadata: {name: one}, spec: {http: {path: /x}, function: price}}
                ---
                {apiVersion: sluice.dev/v1, kind: Trigger, metadata: {name: two}, spec: {http: {path: /x}, function: price}}
                """;

        assertThat(mistakes(text))
                .singleElement()
                .asString()
                .startsWith("sluice.yaml:9:61: spec.http.path: '/x': is POST of trigger 'one' already, at ");
    }

    @Test
    void refusesATopicWithoutBrokerWhenSeveralCouldBeMeant() throws IOException {
        var text = FUNCTION + trigger("one", "a", "b") + broker("left") + broker("right");

        assertThat(mistakes(text)).allSatisfy(mistake -> assertThat(mistake)
                .endsWith("must name its broker, since none of several is called default"));
    }

    @Test
    void refusesASecondServer() throws IOException {
        var server = "---\n{apiVersion: sluice.dev/v1, kind: Server, spec: {port: 1}}\n";

        assertThat(mistakes(server + server))
                .singleElement()
                .asString()
                .contains("is a second Server, the first is at");
    }

    @Test
    void refusesAFileThatIsNotThereAndAFolderWithoutManifests() {
        assertThat(mistakesOf(folder.resolve("none.yaml"))).containsExactly("none.yaml: does not exist");
        assertThat(mistakesOf(folder)).singleElement().asString().endsWith(": holds no .yaml or .yml file");
    }

    @Test
    void escapesWhatCouldForgeALineOfOutput() throws IOException {
        var mistakes = mistakes(FUNCTION + "  timeout: \"a\\nsluice.yaml:1:1: fine\\e[2J\"\n");

        assertThat(mistakes).singleElement().asString().doesNotContain("\n").doesNotContain("\u001b");
    }

    private static String trigger(String name, String topic, String answers) {
        return """
                ---
                apiVersion: sluice.dev/v1
                metadata: {name: %s}
                kind: Trigger
                spec:
                  topic: %s
                  function: price
                  answers: {topic: %s}
                """.formatted(name, topic, answers);
    }

    private static String broker(String name) {
        return "---\n{apiVersion: sluice.dev/v1, kind: Broker, metadata: {name: %s}, spec: {memory: {}}}\n"
                .formatted(name);
    }

    private List<String> mistakes(String text) throws IOException {
        return mistakesOf(write("sluice.yaml", text));
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private List<String> mistakesOf(Path path) {
        var invalid = catchThrowableOfType(InvalidManifestException.class, () -> Manifest.read(List.of(path)));
        assertThat(invalid).as("mistakes in %s", path).isNotNull();
        return invalid.mistakes().stream()
                .map(mistake -> mistake.toString().replace(folder + "/", ""))
                .map(mistake -> mistake.replaceFirst("^" + folder, "folder"))
                .toList();
    }
}
