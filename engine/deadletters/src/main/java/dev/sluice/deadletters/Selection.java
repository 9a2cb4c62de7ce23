package dev.sluice.deadletters;

import dev.sluice.broker.StoredEvent;
import dev.sluice.cloudevents.WireEvent;
import dev.sluice.cloudevents.sql.EventFilter;
import java.util.Set;

/**
 * Which letters are meant. What is empty asks for nothing; the rest must all hold.
 *
 * @param ids their events' ids, or their places as {@code PARTITION:OFFSET}
 * @param reasons their {@code dlreason}
 * @param triggers their {@code dltrigger}
 * @param filter what else must hold of the letter with its {@code dl*} extensions
 */
public record Selection(Set<String> ids, Set<String> reasons, Set<String> triggers, EventFilter filter) {
    /** All letters. */
    public static final Selection ALL = new Selection(Set.of(), Set.of(), Set.of(), EventFilter.PASS);

    public Selection {
        ids = Set.copyOf(ids);
        reasons = Set.copyOf(reasons);
        triggers = Set.copyOf(triggers);
    }

    boolean has(StoredEvent letter) {
        var event = letter.event();
        return (ids.isEmpty() || ids.contains(event.getId()) || ids.contains(Places.of(letter)))
                && (reasons.isEmpty() || reasons.contains(String.valueOf(WireEvent.textOf(event, "dlreason"))))
                && (triggers.isEmpty() || triggers.contains(String.valueOf(WireEvent.textOf(event, "dltrigger"))))
                && filter.test(event);
    }
}
