/** Requests and messages of services that speak no CloudEvents, turned into events by tables. */
@NullMarked
package dev.sluice.cloudevents.mappings;

import org.jspecify.annotations.NullMarked;
