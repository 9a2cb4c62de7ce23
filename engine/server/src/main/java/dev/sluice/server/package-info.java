/**
 * The process: settings, wiring of brokers, triggers and engine, the admin API, and the commands that start it. The
 * only place that names concrete brokers and triggers.
 */
@NullMarked
package dev.sluice.server;

import org.jspecify.annotations.NullMarked;
