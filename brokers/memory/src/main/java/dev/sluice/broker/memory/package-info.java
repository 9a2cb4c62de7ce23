/**
 * A broker that keeps its topics in the memory of the process: partitions, groups, limits, and no thread of its own.
 */
@NullMarked
package dev.sluice.broker.memory;

import org.jspecify.annotations.NullMarked;
