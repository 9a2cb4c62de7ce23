package dev.sluice.trigger.topic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.broker.Ordering;
import dev.sluice.broker.Start;
import java.util.List;
import org.junit.jupiter.api.Test;

class GroupMemberTest {
    private static final GroupMember PRICE = new GroupMember("price", Start.EARLIEST, Ordering.KEY, "park");

    private static List<String> disagreements(GroupMember... members) {
        return GroupMember.disagreements("orders", "billing", List.of(members));
    }

    @Test
    void findsNothingWhenTheTriggersOfAGroupAgree() {
        assertThat(disagreements()).isEmpty();
        assertThat(disagreements(PRICE)).isEmpty();
        assertThat(disagreements(PRICE, new GroupMember("audit", Start.EARLIEST, Ordering.KEY, "park")))
                .isEmpty();
    }

    @Test
    void namesBothTriggersAndBothValuesOfEveryMistake() {
        assertThat(disagreements(PRICE, new GroupMember("audit", Start.LATEST, Ordering.PARTITION, "drop")))
                .containsExactly(
                        "trigger 'audit' says start: latest, but trigger 'price' says earliest: "
                                + "triggers that share group 'billing' of topic 'orders' must agree",
                        "trigger 'audit' says order: partition, but trigger 'price' says key: "
                                + "triggers that share group 'billing' of topic 'orders' must agree",
                        "trigger 'audit' says on-dead-letter-failure: drop, but trigger 'price' says park: "
                                + "triggers that share group 'billing' of topic 'orders' must agree");
    }

    @Test
    void comparesEachTriggerWithTheFirst() {
        assertThat(disagreements(
                        PRICE,
                        new GroupMember("audit", Start.LATEST, Ordering.KEY, "park"),
                        new GroupMember("ship", Start.LATEST, Ordering.KEY, "park")))
                .hasSize(2)
                .allSatisfy(mistake -> assertThat(mistake).contains("trigger 'price' says earliest"));
    }
}
