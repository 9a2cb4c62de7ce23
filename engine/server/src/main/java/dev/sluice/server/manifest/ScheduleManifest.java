package dev.sluice.server.manifest;

import dev.sluice.trigger.schedule.Schedule;

/**
 * What brings events onto a topic at times: a trigger's {@code schedule} or {@code every}, or a PingSource.
 *
 * @param place where it is written
 * @param topic where the events go
 * @param schedule when which events come
 */
public record ScheduleManifest(Place place, TopicRef topic, Schedule schedule) {}
