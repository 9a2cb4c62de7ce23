/** Why an event was delivered, or was not: what the engine, the topic and the dead letters know of it, in words. */
@NullMarked
package dev.sluice.server.explain;

import org.jspecify.annotations.NullMarked;
