package dev.sluice.broker;

import io.cloudevents.CloudEvent;

/**
 * An event as seen by someone who watches a topic without being in a group.
 *
 * @param partition where it stands
 * @param offset its offset there
 * @param event the event
 */
public record TailEvent(int partition, long offset, CloudEvent event) {}
