/** The topic trigger: how the triggers of one consumer group share one reading of a topic. */
@NullMarked
package dev.sluice.trigger.topic;

import org.jspecify.annotations.NullMarked;
