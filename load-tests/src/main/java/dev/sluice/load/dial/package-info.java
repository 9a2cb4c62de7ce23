/** What a measured process and the one that measures it share: a gate, counts and times in a mapped file. */
@NullMarked
package dev.sluice.load.dial;

import org.jspecify.annotations.NullMarked;
