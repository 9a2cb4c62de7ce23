package dev.sluice.deadletters;

import static dev.sluice.deadletters.DeskFixture.edit;
import static dev.sluice.deadletters.DeskFixture.letter;
import static dev.sluice.deadletters.DeskFixture.redrive;
import static dev.sluice.deadletters.DeskFixture.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.broker.BrokerException;
import dev.sluice.cloudevents.RawEvent;
import dev.sluice.cloudevents.sql.Filters;
import dev.sluice.deadletters.FakeControl.Fault;
import dev.sluice.deadletters.JobStatus.State;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Letters go back once, whatever happens in the middle. */
class RedriveTest {
    private final DeskFixture fixture = new DeskFixture();

    @AfterEach
    void close() {
        fixture.close();
    }

    private static LetterOrder order(LetterOrder.Action action, boolean dryRun, long limit, double perSecond) {
        return new LetterOrder(action, Selection.ALL, limit, perSecond, dryRun, null, null, false);
    }

    @Test
    void sendsEachLetterOnceToWhereItCameFromWithoutWhatMadeItOne() {
        fixture.letters(1_234);

        var status = fixture.run(redrive());

        assertThat(status.state()).isEqualTo(State.DONE);
        assertThat(status.done()).isEqualTo(1_234);
        assertThat(status.letters()).isEqualTo(1_234);
        assertThat(fixture.idsOn("orders"))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 1_234).mapToObj(i -> "o-" + i).toList());
        assertThat(fixture.on("orders"))
                .allSatisfy(sent -> assertThat(sent.event().getExtensionNames())
                        .containsExactlyInAnyOrder("partitionkey", "dlredrives"))
                .allSatisfy(sent -> assertThat(text(sent, "dlredrives")).isEqualTo("1"))
                .allSatisfy(
                        sent -> assertThat(sent.key()).isEqualTo(sent.event().getId()));
        assertThat(fixture.control.commits).isEqualTo(3);
        assertThat(fixture.control.largest).isEqualTo(Redrive.STEP_MAX);
        assertThat(fixture.counts().open()).isZero();
        assertThat(fixture.counts().redriven()).isEqualTo(1_234);
    }

    @Test
    void beginsToCountTheHopsAnewSoThatWhatWentInCirclesCanRunOnceThatIsMended() {
        fixture.put(letter("round")
                .extension("dlreason", "loop")
                .extension("sluicehops", 32)
                .build());

        assertThat(fixture.run(redrive()).done()).isEqualTo(1);

        assertThat(text(fixture.on("orders").get(0), "sluicehops")).isNull();
    }

    @Test
    void goesOnBehindWhatIsDoneWhenItIsRunAgain() {
        fixture.letters(30);
        fixture.run(redrive());
        fixture.put(letter("late").build());

        var status = fixture.run(redrive());

        assertThat(status.done()).isEqualTo(1);
        assertThat(fixture.idsOn("orders")).hasSize(31).doesNotHaveDuplicates().contains("late");
    }

    @Test
    void neitherLosesNorDoublesWhenTheOutcomeOfACommitIsNotTold() {
        fixture.letters(1_600);
        fixture.control.faults.addAll(List.of(
                Fault.STORED_AND_TOLD_OTHERWISE, Fault.LOST, Fault.FULL, Fault.NONE, Fault.STORED_AND_TOLD_OTHERWISE));

        var status = fixture.run(redrive());

        assertThat(status.state()).isEqualTo(State.DONE);
        assertThat(status.done()).isEqualTo(1_600);
        assertThat(fixture.idsOn("orders")).hasSize(1_600).doesNotHaveDuplicates();
    }

    @Test
    void endsWithTheReasonAndLeavesTheRestOpenWhenAnotherTakesTheTopicOver() {
        fixture.letters(900);
        fixture.control.before = () -> {
            if (fixture.control.commits == 1) {
                fixture.control.open("dlq/orders.dlq").block();
            }
        };

        var status = fixture.run(redrive());

        assertThat(status.state()).isEqualTo(State.FAILED);
        assertThat(status.error()).contains("took topic 'orders.dlq' over");
        assertThat(fixture.idsOn("orders")).hasSize(500);
        fixture.control.before = () -> {};
        assertThat(fixture.run(redrive()).done()).isEqualTo(400);
        assertThat(fixture.idsOn("orders")).hasSize(900).doesNotHaveDuplicates();
    }

    @Test
    void changesNothingOnADryRunAndTellsWhatItWouldDo() {
        fixture.letters(20);

        var status = fixture.run(order(LetterOrder.Action.REDRIVE, true, 12, Double.POSITIVE_INFINITY));

        assertThat(status.done()).isEqualTo(12);
        assertThat(status.samples()).hasSize(10).allMatch(sample -> sample.endsWith("would go to topic orders"));
        assertThat(fixture.on("orders")).isEmpty();
        assertThat(fixture.control.commits).isZero();
        assertThat(fixture.control.states.get("dlq/orders.dlq")).isEmpty();
        assertThat(fixture.counts().open()).isEqualTo(20);
    }

    @Test
    void discardsWithoutSending() {
        fixture.letters(20);

        var status = fixture.run(order(LetterOrder.Action.DISCARD, false, 15, Double.POSITIVE_INFINITY));

        assertThat(status.done()).isEqualTo(15);
        assertThat(fixture.on("orders")).isEmpty();
        assertThat(fixture.counts().discarded()).isEqualTo(15);
        assertThat(fixture.run(redrive()).done()).isEqualTo(5);
    }

    @Test
    void takesOnlyWhatIsMeant() {
        fixture.letters(3)
                .put(letter("rejected").extension("dlreason", "rejected").build())
                .put(letter("other").type("com.acme.other").build());

        var byReason = fixture.run(redrive(DeskFixture.reason("rejected")));
        var byFilter = fixture.run(redrive(new Selection(
                Set.of(), Set.of(), Set.of(), Filters.compile(List.of(Map.of("cesql", "type = 'com.acme.other'"))))));
        var byId = fixture.run(
                redrive(new Selection(Set.of("o-1"), Set.of(), Set.of("price-orders"), Selection.ALL.filter())));

        assertThat(List.of(byReason.done(), byFilter.done(), byId.done())).containsOnly(1L);
        assertThat(fixture.idsOn("orders")).containsExactlyInAnyOrder("rejected", "other", "o-1");
    }

    @Test
    void refusesWhatCanNotGoBackAndLeavesItOpen() {
        fixture.put(letter("worn").extension("dlredrives", 3).build())
                .put(letter("lost").extension("dltopic", "gone").build())
                .put(letter("good").extension("dlredrives", 2).build())
                .put(RawEvent.of("orders", 1, 17, null, List.of(), new byte[] {1}, "no event")
                        .with(view -> view.extension("dltopic", "orders")));

        var status = fixture.run(redrive());

        assertThat(status.done()).isEqualTo(1);
        assertThat(status.refused()).isEqualTo(3);
        assertThat(status.refusals().keySet())
                .anyMatch(reason -> reason.equals("redriven 3 times already: max-redrives is 3"))
                .anyMatch(reason -> reason.equals("there is no topic 'gone' on its broker"))
                .anyMatch(reason -> reason.startsWith("undecodable"));
        assertThat(fixture.idsOn("orders")).containsExactly("good");
        assertThat(text(fixture.on("orders").get(0), "dlredrives")).isEqualTo("3");
        assertThat(fixture.counts().open()).isEqualTo(3);
    }

    @Test
    void sendsWhereItIsToldAndRecordsAsTheyAreOnlyWhenThatIsSaid() {
        fixture.broker.ensureTopic("repair").block();
        fixture.put(letter("a").build())
                .put(RawEvent.of("orders", 1, 17, null, List.of(), new byte[] {1}, "no event")
                        .with(view -> view.extension("dltopic", "orders").extension("dlreason", "undecodable")));

        var status = fixture.run(new LetterOrder(
                LetterOrder.Action.REDRIVE, Selection.ALL, 10, Double.POSITIVE_INFINITY, false, null, "repair", true));

        assertThat(status.done()).isEqualTo(2);
        assertThat(fixture.on("repair")).hasSize(2).allSatisfy(sent -> assertThat(text(sent, "dlreason"))
                .isNull());
    }

    @Test
    void editsDataAndRefusesWhatTheEditCanNotMake() {
        fixture.put(letter("json").build())
                .put(letter("text").data("text/plain", new byte[] {65}).build());

        var status = fixture.run(edit(".total += 1 | .from = $event.source"));

        assertThat(status.done()).isEqualTo(1);
        assertThat(status.refusals().keySet()).containsExactly("edit: the letter has no JSON data");
        var data = Objects.requireNonNull(fixture.on("orders").get(0).event().getData());
        assertThat(new String(data.toBytes(), StandardCharsets.UTF_8)).isEqualTo("{\"total\":6,\"from\":\"/shop\"}");
    }

    @Test
    void refusesAnEditThatIsNoProgramBeforeAnythingBegins() {
        assertThatThrownBy(() -> fixture.desk.start(fixture.topic, edit(".total +")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("edit is no jq program");
        assertThat(fixture.desk.jobs()).isEmpty();
    }

    @Test
    void cancelsBetweenStepsAndKeepsWhatIsDone() throws Exception {
        fixture.letters(1_200);
        var second = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        fixture.control.before = () -> {
            if (fixture.control.commits == 1) {
                second.countDown();
                await(go);
            }
        };
        var id = fixture.desk.start(fixture.topic, redrive()).id();
        assertThat(second.await(10, TimeUnit.SECONDS)).isTrue();

        assertThatThrownBy(() -> fixture.desk.start(fixture.topic, redrive()))
                .isInstanceOf(DeadLetterDesk.Busy.class)
                .hasMessageContaining("job " + id + " is at topic 'orders.dlq'");
        fixture.desk.cancel(id);
        go.countDown();

        var status = fixture.ended(id);
        assertThat(status.state()).isEqualTo(State.CANCELLED);
        assertThat(status.done()).isEqualTo(1_000);
        assertThat(fixture.idsOn("orders")).hasSize(1_000);
        assertThat(fixture.counts().open()).isEqualTo(200);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void keepsToTheRate() {
        fixture.letters(60);

        var status = fixture.run(order(LetterOrder.Action.REDRIVE, false, 60, 120));

        // 60 letters in steps of 30, each followed by its pause.
        assertThat(fixture.control.largest).isEqualTo(30);
        assertThat(status.perSecond()).isLessThanOrEqualTo(121);
    }

    @Test
    void beginsAnewWhenTheTopicIsAnotherOneOfTheSameName() {
        fixture.letters(5);
        fixture.run(redrive());
        fixture.control.states.get("dlq/orders.dlq").put(Marks.TOPIC, new byte[] {1});

        assertThat(fixture.counts().open()).isEqualTo(5);
        assertThat(fixture.run(redrive()).done()).isEqualTo(5);
        assertThat(fixture.counts().open()).isZero();
    }

    @Test
    void failsWithTheReasonWhenTheBrokerStaysAway() {
        fixture.letters(1);
        fixture.control.before = () -> {
            throw new BrokerException.Refused("b", "not authorised", null);
        };

        var status = fixture.run(redrive());

        assertThat(status.state()).isEqualTo(State.FAILED);
        assertThat(status.error()).contains("not authorised");
    }

    @Test
    void groupsAndShowsLetters() {
        fixture.letters(3).put(letter("x").extension("dlerror", "Rejected: bad").build());

        var groups = Objects.requireNonNull(
                fixture.desk.groups(fixture.topic, "error").block());
        assertThat(groups.complete()).isTrue();
        assertThat(groups.groups()).extracting(LetterGroups.Group::count).containsExactly(3L, 1L);
        var place = groups.groups().get(1).place();
        assertThat(groups.groups().get(1).id()).isEqualTo("x");

        var byPlace =
                Objects.requireNonNull(fixture.desk.show(fixture.topic, place).block());
        var byId = Objects.requireNonNull(fixture.desk.show(fixture.topic, "x").block());
        assertThat(byPlace).isEqualTo(byId);
        assertThat(byId.path("event").path("dlerror").asText()).isEqualTo("Rejected: bad");
        assertThat(byId.path("state").asText()).isEqualTo("OPEN");
        assertThat(fixture.desk.show(fixture.topic, "nothing").block()).isNull();
        assertThat(fixture.counts().oldest()).isNotNull();
    }

    @Test
    void showsTheBytesOfARecordThatIsNoEvent() {
        fixture.put(RawEvent.of(
                "orders",
                1,
                17,
                new byte[] {7},
                List.of(new RawEvent.Header("h", new byte[] {2})),
                new byte[] {1},
                "bad"));

        var shown =
                Objects.requireNonNull(fixture.desk.show(fixture.topic, "1-17").block());

        assertThat(shown.path("event").path("type").asText()).isEqualTo(RawEvent.TYPE);
    }

    @Test
    void refusesTheLettersThatAreNotTakenAndSettlesThoseBesideThem() {
        fixture.letters(700);
        var bad = Set.of("o-3", "o-4", "o-499", "o-650");
        fixture.control.refuses = event -> bad.contains(event.event().getId());

        var status = fixture.run(redrive());

        assertThat(status.state()).isEqualTo(State.DONE);
        assertThat(status.done()).isEqualTo(696);
        assertThat(status.refused()).isEqualTo(4);
        assertThat(status.refusals()).hasSize(1).allSatisfy((why, refusal) -> {
            assertThat(why).contains("not authorised");
            assertThat(refusal.count()).isEqualTo(4);
        });
        assertThat(fixture.idsOn("orders")).hasSize(696).doesNotHaveDuplicates().doesNotContainAnyElementsOf(bad);
        fixture.control.refuses = event -> false;
        assertThat(fixture.run(redrive()).done()).isEqualTo(4);
        assertThat(fixture.idsOn("orders")).hasSize(700).doesNotHaveDuplicates();
    }

    @Test
    void endsWithTheReasonWhenItMayNotStoreAnythingAtAll() {
        fixture.letters(3);
        fixture.control.refusesAll = true;

        var status = fixture.run(redrive());

        assertThat(status.state()).isEqualTo(State.FAILED);
        assertThat(status.error()).contains("not authorised");
        assertThat(status.refused()).isZero();
    }
}
