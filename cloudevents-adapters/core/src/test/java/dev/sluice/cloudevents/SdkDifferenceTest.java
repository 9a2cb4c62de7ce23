package dev.sluice.cloudevents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.format.EventDeserializationException;
import io.cloudevents.jackson.JsonFormat;
import io.cloudevents.rw.CloudEventRWException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Our reader beside the SDK's, on documents of which many are wrong in some way. They must agree, but for the faults that are
 * listed here.
 */
class SdkDifferenceTest {
    private static final JsonFormat SDK = new JsonFormat();
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** What the SDK's reader takes although the specification forbids it, by the rule with which ours refuses it. */
    enum Fault {
        THE_LAST_OF_TWO_MEMBERS_WINS("must not be given twice", Samples.document(",\"id\":\"evil\"")),
        CONTROL_CHARACTERS_IN_ATTRIBUTES("must not hold control", Samples.document(",\"subject\":\"a\\u0000b\"")),
        ANY_TEXT_AS_MEDIA_TYPE("must be a media type", Samples.document(",\"datacontenttype\":\"nonsense\"")),
        EMPTY_ATTRIBUTES("must not be empty", Samples.document(",\"subject\":\"\"")),
        ANY_TYPE_IN_FRONT_OF_A_SECOND_MEMBER(
                "must be a JSON string", Samples.document(",\"subject\":5,\"subject\":\"x\"")),
        AN_EXTENSION_WITHOUT_A_NAME("is no attribute name", Samples.document(",\"\":\"x\"")),
        OBJECTS_AND_FRACTIONS_AS_EXTENSIONS("must be a string, a boolean", Samples.document(",\"ext\":{}")),
        BYTES_BEHIND_THE_DOCUMENT("must end with its document", Samples.document("") + "{}"),
        NO_JSON_BEHIND_THE_DOCUMENT("must be JSON", Samples.document("") + "x"),
        RELATIVE_SCHEMAS("must be an absolute URI", Samples.document(",\"dataschema\":\"x\"")),
        URIS_BEYOND_ASCII("must be a URI-reference", Samples.document("").replace("\"/shop\"", "\"h\u00fc\"")),
        VERSION_0_3("must be 1.0", Samples.document("").replace("\"1.0\"", "\"0.3\"")),
        A_SECOND_VERSION_FOR_A_NULL_ONE("is required", Samples.document("").replace("{", "{\"specversion\":null,"));

        private final String rule;
        private final String shownBy;

        Fault(String rule, String shownBy) {
            this.rule = rule;
            this.shownBy = shownBy;
        }
    }

    @ParameterizedTest
    @EnumSource
    void refusesByRuleWhatTheSdkTakes(Fault fault) {
        assertThatCode(() -> SDK.deserialize(bytes(fault.shownBy))).doesNotThrowAnyException();
        assertThatThrownBy(() -> Samples.read(fault.shownBy))
                .isInstanceOfSatisfying(InvalidEventException.class, refused -> assertThat(refused.rule())
                        .startsWith(fault.rule));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ",\"time\":\"2016-12-31T23:59:60Z\"",
                ",\"data_base64\":null",
                ",\"data\":\"x\",\"data_base64\":null"
            })
    void takesWhatTheSdkRefuses(String members) {
        String document = Samples.document(members);

        assertThatThrownBy(() -> SDK.deserialize(bytes(document))).isInstanceOf(EventDeserializationException.class);
        assertThat(Samples.read(document).getId()).isEqualTo("1");
    }

    @Property(tries = 4_000)
    void agreesWithTheSdkButForItsKnownFaults(@ForAll("documents") String document) throws IOException {
        CloudEvent theirs = theirs(document);
        WireEvent ours;
        try {
            ours = Samples.read(document);
        } catch (InvalidEventException refused) {
            if (theirs != null) {
                assertThat(Arrays.stream(Fault.values())
                                .anyMatch(fault -> refused.rule().startsWith(fault.rule)))
                        .as(document + ": " + refused.getMessage())
                        .isTrue();
            }
            return;
        }
        if (theirs == null) {
            assertThat(document).containsPattern(":60Z\"|\"data_base64\":null");
        } else {
            assertThat(members(ours)).isEqualTo(members(theirs));
            assertThat(data(ours)).isEqualTo(data(theirs));
        }
    }

    private static CloudEvent theirs(String document) {
        try {
            return SDK.deserialize(bytes(document));
        } catch (EventDeserializationException | CloudEventRWException refused) {
            return null;
        }
    }

    /** A null extension is unset, and the SDK's is the text null. */
    private static Map<String, String> members(CloudEvent event) {
        Map<String, String> all = new TreeMap<>();
        List<String> names = new ArrayList<>(event.getAttributeNames());
        names.remove("time");
        names.addAll(event.getExtensionNames());
        for (String name : names) {
            boolean extension = event.getExtensionNames().contains(name);
            Object value = extension ? event.getExtension(name) : event.getAttribute(name);
            if (value != null && !value.equals("null")) {
                all.put(name, value.toString());
            }
        }
        if (event.getTime() != null) {
            all.put("time", event.getTime().toInstant().toString());
        }
        return all;
    }

    /**
     * The SDK writes JSON data anew: other spellings of numbers, the last of members that are given twice, and a question
     * mark for half a character.
     */
    private static String data(CloudEvent event) throws IOException {
        if (event.getData() == null) {
            return null;
        }
        String text = new String(event.getData().toBytes(), StandardCharsets.UTF_8);
        if (!MediaTypes.isJson(event.getDataContentType())) {
            return text;
        }
        JsonNode tree = MAPPER.readTree(text);
        return tree.isMissingNode() ? text : new String(bytes(tree.toString()), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String document) {
        return document.getBytes(StandardCharsets.UTF_8);
    }

    @Provide
    Arbitrary<String> documents() {
        Arbitrary<String> names = Arbitraries.of(
                "id",
                "source",
                "type",
                "specversion",
                "subject",
                "time",
                "dataschema",
                "datacontenttype",
                "data",
                "data_base64",
                "ext",
                "flag",
                "Ext",
                "x_y",
                "");
        Arbitrary<String> values = Arbitraries.of(
                "\"x\"",
                "\"\"",
                "null",
                "true",
                "5",
                "-7",
                "1.5",
                "1.0",
                "5000000000",
                "{}",
                "[]",
                "{\"a\":1.10}",
                "{\"a\":1,\"a\":2}",
                "\"2018-04-05T17:31:00Z\"",
                "\"2018-04-05t17:31:00.5z\"",
                "\"2016-12-31T23:59:60Z\"",
                "\"2018-04-05T17:31:00\"",
                "\"2018-04-05T24:00:00Z\"",
                "\"urn:a:b\"",
                "\"a b\"",
                "\"/%zz\"",
                "\"h\u00fc\"",
                "\"application/json\"",
                "\"text/plain\"",
                "\"image/png\"",
                "\"nonsense\"",
                "\"AAEC\"",
                "\"AAE\"",
                "\"not base64!\"",
                "\"a\\u0000b\"",
                "\"\\ud800\"",
                "\"1.0\"",
                "\"0.3\"",
                "\"2.0\"");
        Arbitrary<String> members = Combinators.combine(names, values).as((name, value) -> '"' + name + "\":" + value);
        Arbitrary<List<String>> required = Arbitraries.of(
                        "\"specversion\":\"1.0\"", "\"id\":\"1\"", "\"source\":\"/s\"", "\"type\":\"t\"")
                .set()
                .ofMinSize(3)
                .ofMaxSize(4)
                .map(List::copyOf);
        Arbitrary<String> ends = Arbitraries.frequencyOf(
                Tuple.of(8, Arbitraries.just("")), Tuple.of(1, Arbitraries.of(" ", "x", "{}", ",", "]")));
        return Combinators.combine(required, members.list().ofMaxSize(3), ends).as((some, more, end) -> {
            List<String> all = new ArrayList<>(some);
            all.addAll(more);
            return "{" + String.join(",", all) + "}" + end;
        });
    }
}
