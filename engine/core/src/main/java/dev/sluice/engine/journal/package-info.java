/** What was decided on events: who keeps it, for how long, and of which events. */
@NullMarked
package dev.sluice.engine.journal;

import org.jspecify.annotations.NullMarked;
