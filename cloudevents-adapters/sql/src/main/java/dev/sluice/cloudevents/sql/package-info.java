/** Filters on events: parsed, checked and compiled once, then asked for every event. */
@NullMarked
package dev.sluice.cloudevents.sql;

import org.jspecify.annotations.NullMarked;
