package dev.sluice.cloudevents.mappings;

import static dev.sluice.cloudevents.mappings.Payloads.bytes;
import static dev.sluice.cloudevents.mappings.Payloads.headers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.cloudevents.EventLimits;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables as texts: another service is another table. */
class MappingTableTest {
    @Test
    void takesAnotherServiceAsRowsAlone() {
        var table = MappingTable.parse("""
                # notes on merge requests, as GitLab sends them
                event: {/object_kind}
                id: {@X-Gitlab-Event-UUID}

                note  {/object_attributes/url upto #}  com.gitlab.note.merge_request  {/object_attributes/id}  -
                """);
        var mapping = EventMapping.of("gitlab", table, EventLimits.DEFAULT, InstantSource.fixed(Payloads.NOW));
        var body = "{\"object_kind\":\"note\",\"object_attributes\":{\"id\":1244,"
                + "\"url\":\"http://example.com/gitlab-org/gitlab-test/merge_requests/1#note_1244\"}}";

        var event = mapping.events(headers("X-Gitlab-Event-UUID", "u-1"), bytes(body))
                .get(0);

        assertThat(event.getId()).isEqualTo("u-1");
        assertThat(event.source()).isEqualTo("http://example.com/gitlab-org/gitlab-test/merge_requests/1");
        assertThat(event.getSubject()).isEqualTo("1244");
        assertThat(event.text("time")).isEqualTo(Payloads.NOW_TEXT);
        assertThatThrownBy(() -> mapping.events(headers(), bytes("{\"object_kind\":\"push\"}")))
                .isInstanceOf(RefusedPayloadException.class)
                .hasMessage("payloads of this kind are not known");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "no setting and no row",
                "id: {@A}\nid: {@B}",
                "id: {@A}\nx  /s  t  -  -\nx  /s  t  -  -",
                "id: {@A\n",
                "id: {@A}\nx  {a.b}  t  -  -",
                "id: {@A}\nx  {/a~1b}  t  -  -",
                "id: {@A}\nx  {/a into /}  t  -  -"
            })
    void refusesATableThatIsWrong(String text) {
        assertThatThrownBy(() -> MappingTable.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
