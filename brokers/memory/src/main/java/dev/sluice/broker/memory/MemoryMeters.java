package dev.sluice.broker.memory;

import io.micrometer.core.instrument.Meter;
import java.util.List;

/** Every meter of this module: what the code registers and the documentation's table lists. */
enum MemoryMeters {
    EVENTS("sluice.broker.memory.events", Meter.Type.GAUGE, "events", "events that the topic holds", "topic"),
    BYTES("sluice.broker.memory.bytes", Meter.Type.GAUGE, "bytes", "bytes that the topic holds", "topic"),
    PUBLISHED("sluice.broker.memory.published", Meter.Type.COUNTER, "events", "events stored", "topic"),
    EVICTED(
            "sluice.broker.memory.evicted",
            Meter.Type.COUNTER,
            "events",
            "events dropped to make room: done by all groups, or unread for want of a group",
            "topic,state"),
    WAITING("sluice.broker.memory.sends.waiting", Meter.Type.GAUGE, "sends", "sends that wait for room", "topic"),
    REFUSED(
            "sluice.broker.memory.sends.refused",
            Meter.Type.COUNTER,
            "sends",
            "sends refused: event too large (size), too many waiting (waiting), waited too long (deadline)",
            "topic,reason"),
    DELIVERED("sluice.broker.memory.delivered", Meter.Type.COUNTER, "events", "events lent to members", "topic,group"),
    ACCEPTED("sluice.broker.memory.accepted", Meter.Type.COUNTER, "events", "deliveries accepted", "topic,group"),
    RELEASED(
            "sluice.broker.memory.released",
            Meter.Type.COUNTER,
            "events",
            "deliveries given back, by their holder or as it left",
            "topic,group"),
    STATES_SIZE(
            "sluice.broker.memory.states.size", Meter.Type.GAUGE, "bytes", "what the states of all sessions take", ""),
    STATE_COMMITS(
            "sluice.broker.memory.state.commits", Meter.Type.COUNTER, "commits", "commits of states and events", ""),
    COMMITS_WAITING(
            "sluice.broker.memory.state.commits.waiting",
            Meter.Type.GAUGE,
            "commits",
            "commits that wait for their turn or for room",
            "");

    final String id;
    final Meter.Type type;
    final String unit;
    final String description;
    private final String tags;

    MemoryMeters(String id, Meter.Type type, String unit, String description, String tags) {
        this.id = id;
        this.type = type;
        this.unit = unit;
        this.description = description;
        this.tags = tags;
    }

    /** Beside {@code broker}, which all have. */
    List<String> tags() {
        return tags.isEmpty() ? List.of() : List.of(tags.split(","));
    }
}
