package dev.sluice.cloudevents.mappings;

import static dev.sluice.cloudevents.mappings.Payloads.DELIVERY;
import static dev.sluice.cloudevents.mappings.Payloads.GITHUB;
import static dev.sluice.cloudevents.mappings.Payloads.NOW_TEXT;
import static dev.sluice.cloudevents.mappings.Payloads.SIGNED;
import static dev.sluice.cloudevents.mappings.Payloads.bytes;
import static dev.sluice.cloudevents.mappings.Payloads.github;
import static dev.sluice.cloudevents.mappings.Payloads.headers;
import static dev.sluice.cloudevents.mappings.Payloads.webhook;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.cloudevents.EventLimits;
import dev.sluice.cloudevents.mappings.RefusedPayloadException.Reason;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Webhooks of GitHub. */
class GithubWebhooksTest {
    /** GitHub's own example, from its page on validating deliveries. */
    private static final String SIGNATURE = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

    private static final byte[] HELLO = bytes("Hello, World!");

    @Test
    void takesATeamAddThatHasNoActionAsGithubSendsIt() {
        var body = "{\"team\":{\"id\":7},\"repository\":{\"url\":\"https://api.github.com/repos/acme/shop\"}}";

        var event = GITHUB.events(github("team_add"), bytes(body)).get(0);

        assertThat(event.getType()).isEqualTo("com.github.team_add");
        assertThat(event.getSubject()).isEqualTo("7");
    }

    @Test
    void makesOneEventOfAPush() {
        var event = webhook("push");

        assertThat(event.getId()).isEqualTo(DELIVERY);
        assertThat(event.source()).isEqualTo("https://github.com/acme/shop");
        assertThat(event.getType()).isEqualTo("com.github.push");
        assertThat(event.getSubject()).isEqualTo("refs/heads/main");
        assertThat(event.text("time")).isEqualTo(NOW_TEXT);
        assertThat(event.getDataContentType()).isEqualTo("application/json");
        assertThat(event.getDataSchema()).isNull();
        assertThat(event.getExtensionNames()).isEmpty();
    }

    @Test
    void passesTheBodyOnByteForByte() {
        var body = Payloads.of("github/issues");

        assertThat(webhook("issues", body).getData().toBytes()).isEqualTo(body);
    }

    @Test
    void readsOnlyTheFieldsThatAreMeant() {
        var event = webhook("issues");

        assertThat(event.source()).isEqualTo("https://api.github.com/repos/acme/shop");
        assertThat(event.getType()).isEqualTo("com.github.issues.opened");
        assertThat(event.getSubject()).isEqualTo("17");
        assertThat(event.text("time")).isEqualTo("2026-11-20T10:00:18Z");
    }

    @Test
    void takesTheSecondTimeWhenTheFirstIsNull() {
        assertThat(webhook("check_run").text("time")).isEqualTo("2026-11-20T15:21:12Z");
    }

    @Test
    void readsANumberAsSecondsFrom1970() {
        assertThat(webhook("installation").text("time")).isEqualTo("2018-04-30T17:38:19Z");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"yesterday\"",
                "\"2026-13-01T00:00:00Z\"",
                "1.5e9",
                "true",
                "{}",
                "null",
                "\"2026-01-01T00:00Z\""
            })
    void takesTheTimeOfReceiptForWhatIsNoTime(String written) {
        var body = "{\"action\":\"x\",\"issue\":{\"number\":1,\"updated_at\":" + written
                + "},\"repository\":{\"url\":\"/r\"}}";

        assertThat(webhook("issues", bytes(body)).text("time")).isEqualTo(NOW_TEXT);
    }

    @Test
    void takesTheSenderAsSourceWhenThereIsNoRepository() {
        var event = webhook("sponsorship");

        assertThat(event.source()).isEqualTo("https://api.github.com/users/ada");
        assertThat(event.getSubject()).isEqualTo("ada");
        assertThat(event.getType()).isEqualTo("com.github.sponsorship.created");
    }

    @Test
    void namesTheStateOfAStatus() {
        assertThat(webhook("status").getType()).isEqualTo("com.github.status.success");
        assertThat(webhook("status").text("time")).isEqualTo("2026-11-20T15:20:42+00:00");
    }

    @ParameterizedTest
    @CsvSource({
        "created, 2026-01-01T00:00:00Z",
        "published, 2026-02-02T00:00:00Z",
        "released, 2026-02-02T00:00:00Z",
        "edited, 2026-03-03T00:00:00Z",
        "deleted, " + NOW_TEXT
    })
    void takesTheTimeOfAReleaseByItsAction(String action, String time) {
        var body = "{\"action\":\"" + action + "\",\"release\":{\"id\":7,\"created_at\":\"2026-01-01T00:00:00Z\","
                + "\"published_at\":\"2026-02-02T00:00:00Z\",\"updated_at\":\"2026-03-03T00:00:00Z\"},"
                + "\"repository\":{\"url\":\"https://api.github.com/repos/acme/shop\"}}";
        var event = webhook("release", bytes(body));

        assertThat(event.text("time")).isEqualTo(time);
        assertThat(event.getType()).isEqualTo("com.github.release." + action);
    }

    @Test
    void mapsAKindThatIsNewerThanTheTable() {
        var body = bytes("{\"action\":\"added\",\"organization\":{\"url\":\"https://api.github.com/orgs/acme\"}}");

        assertThat(webhook("sub_issues", body).getType()).isEqualTo("com.github.sub_issues.added");
        assertThat(webhook("sub_issues", body).source()).isEqualTo("https://api.github.com/orgs/acme");
        assertThat(webhook("quiet", bytes("{\"sender\":{\"url\":\"/ada\"}}")).getType())
                .isEqualTo("com.github.quiet");
    }

    @Test
    void makesNothingOfAPing() {
        assertThat(GITHUB.events(github("ping"), Payloads.of("github/ping"))).isEmpty();
        assertThat(GITHUB.makesSeveral()).isFalse();
    }

    @Test
    void givesARedeliveredWebhookTheSameIdentity() {
        assertThat(webhook("issues")).isEqualTo(webhook("issues"));
    }

    @Test
    void leavesOutASubjectThatIsMissingOrEmpty() {
        var rest = "\"action\":\"x\",\"repository\":{\"url\":\"/r\"}}";

        assertThat(webhook("label", bytes("{" + rest)).getSubject()).isNull();
        assertThat(webhook("label", bytes("{\"label\":{\"name\":\"\"}," + rest)).getSubject())
                .isNull();
    }

    // ---- signatures

    @Test
    void takesTheSignatureOfGithubsOwnExample() {
        new HubSignature(bytes(Payloads.SECRET)).check(SIGNATURE, HELLO);
        new HubSignature(bytes(Payloads.SECRET))
                .check("sha256=" + SIGNATURE.substring(7).toUpperCase(java.util.Locale.ROOT), HELLO);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "sha256=",
                "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
                "sha1=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
                "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e18",
                "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e1",
                "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e1700",
                "sha256=zz7107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
            })
    void refusesAnythingButTheSignature(String header) {
        var signature = new HubSignature(bytes(Payloads.SECRET));

        assertThatThrownBy(() -> signature.check(header, HELLO))
                .isInstanceOfSatisfying(RefusedPayloadException.class, refused -> {
                    assertThat(refused.reason()).isEqualTo(Reason.UNSIGNED);
                    assertThat(refused.getMessage()).doesNotContain(Payloads.SECRET, "757107");
                });
    }

    @Test
    void checksTheSignatureBeforeItLooksAtAnythingElse() {
        // No JSON, no event, a form: told only to who has signed.
        var refused = refusal(SIGNED, headers("content-type", "application/x-www-form-urlencoded"), bytes("not JSON"));

        assertThat(refused.reason()).isEqualTo(Reason.UNSIGNED);
        assertThat(refused)
                .hasMessage(
                        "the header X-Hub-Signature-256 is missing: the sender must sign with the secret of this path");
        assertThat(refusal(SIGNED, headers("X-Hub-Signature-256", SIGNATURE), HELLO)
                        .reason())
                .isEqualTo(Reason.MALFORMED);
    }

    @Test
    void checksTheSignatureOfAPingAsWell() {
        assertThat(refusal(SIGNED, github("ping"), Payloads.of("github/ping")).reason())
                .isEqualTo(Reason.UNSIGNED);
    }

    @Test
    void refusesAnEmptySecret() {
        assertThatThrownBy(() -> EventMapping.github(EventLimits.DEFAULT, InstantSource.system(), new byte[0]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    // ---- what is no webhook

    @Test
    void namesTheHeaderThatIsMissing() {
        var body = Payloads.of("github/push");
        var noDelivery = refusal(GITHUB, headers("x-github-event", "push"), body);

        assertThat(noDelivery.field()).isEqualTo("X-GitHub-Delivery");
        assertThat(noDelivery).hasMessage("the header X-GitHub-Delivery is missing: the event's id is made of it");
        assertThat(refusal(GITHUB, headers("x-github-delivery", "1"), body).field())
                .isEqualTo("X-GitHub-Event");
    }

    @Test
    void namesTheFieldThatIsMissing() {
        var noAction = refusal(GITHUB, github("issues"), bytes("{\"repository\":{\"url\":\"/r\"}}"));

        assertThat(noAction.reason()).isEqualTo(Reason.MALFORMED);
        assertThat(noAction.field()).isEqualTo("/action");
        assertThat(noAction)
                .hasMessage("the field /action is missing, or no text or number: the event's type is made of it");
        assertThat(refusal(GITHUB, github("issues"), bytes("{\"action\":\"opened\",\"repository\":{\"url\":{}}}"))
                        .field())
                .isEqualTo("/repository/url");
    }

    @Test
    void saysHowToMendAWebhookThatSendsAForm() {
        var form = headers("content-type", "application/x-www-form-urlencoded; charset=utf-8");
        var refused = refusal(GITHUB, form, bytes("payload=%7B%7D"));

        assertThat(refused.reason()).isEqualTo(Reason.MEDIA_TYPE);
        assertThat(refused).hasMessage("the body must be JSON: let the webhook's content type be application/json");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "1",
                "nope",
                "{",
                "{} {}",
                "{\"action\":",
                "{\"action\":\"a\",\"action\":\"b\"}",
                "{\"repository\":{\"url\":\"/a\"},\"repository\":{\"url\":\"/b\"}}",
                "{\"action\":\"x\",\"repository\":{\"url\":\"no uri\"}}",
                "{\"action\":\"x\\u0000\",\"repository\":{\"url\":\"/r\"}}"
            })
    void refusesWhatIsNoWebhook(String body) {
        assertThat(refusal(GITHUB, github("issues"), bytes(body)).reason()).isEqualTo(Reason.MALFORMED);
    }

    @Test
    void refusesBytesThatAreNoUtf8WhereverTheyStand() {
        var body = "{\"action\":\"x\",\"repository\":{\"url\":\"/r\"},\"other\":\"\u00ff\"}"
                .getBytes(StandardCharsets.ISO_8859_1);

        assertThat(refusal(GITHUB, github("issues"), body).reason()).isEqualTo(Reason.MALFORMED);
    }

    @Test
    void keepsTheLimitsOfEvents() {
        var small = EventMapping.github(EventLimits.DEFAULT.withEventBytes(100), InstantSource.system(), null);
        var deep = "{\"x\":" + "[".repeat(64) + "]".repeat(64) + "}";

        assertThat(refusal(small, github("push"), Payloads.of("github/push")).reason())
                .isEqualTo(Reason.TOO_LARGE);
        assertThat(refusal(GITHUB, github("push"), bytes(deep)))
                .hasMessage("the body must keep the limits of JSON: depth 64, numbers of 1000 characters");
        var long9k = "{\"ref\":\"" + "r".repeat(9_000) + "\",\"repository\":{\"url\":\"/r\"}}";
        assertThat(refusal(GITHUB, github("push"), bytes(long9k)).getMessage())
                .startsWith("the event of it: subject")
                .endsWith("must not be longer than 8192 bytes");
    }

    private static RefusedPayloadException refusal(
            EventMapping mapping, Function<String, String> headers, byte[] body) {
        var refused = catchThrowableOfType(RefusedPayloadException.class, () -> mapping.events(headers, body));
        assertThat(refused).as("a refusal").isNotNull();
        return refused;
    }
}
