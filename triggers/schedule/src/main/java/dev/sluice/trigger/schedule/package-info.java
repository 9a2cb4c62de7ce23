/**
 * Events at times: cron expressions, fixed rates and single instants, each fired once in a fleet.
 */
@NullMarked
package dev.sluice.trigger.schedule;

import org.jspecify.annotations.NullMarked;
