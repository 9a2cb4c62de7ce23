/** CloudEvents as they come off the wire: one lazy event type, its rules and limits, and the strict JSON format. */
@NullMarked
package dev.sluice.cloudevents;

import org.jspecify.annotations.NullMarked;
