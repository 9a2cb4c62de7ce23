package dev.sluice.cloudevents.sql;

/**
 * What a filter says of one event, and why; for people, and so not for the path of every event.
 *
 * @param passes whether the event passes
 * @param filter the part of the filter that decided, in words as {@link EventFilter#describe} has them
 * @param fact what it found in the event, a clause such as {@code type is "org.acme.x"}; foreign text in it is escaped
 *     and cut
 * @param error whether it could not judge the event, which is no match
 */
public record FilterVerdict(boolean passes, String filter, String fact, boolean error) {
    /** The verdict as a clause: {@code type starts with "com." did not match: type is "org.x"}. */
    public String words() {
        String outcome = passes ? " matched: " : error ? " could not be judged: " : " did not match: ";
        return filter + outcome + fact;
    }
}
