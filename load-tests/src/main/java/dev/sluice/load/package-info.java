/**
 * The engine measured against its peers, side by side: {@code bench} alternates both, takes medians and prints ratios,
 * because absolute figures drift with the machine. Each side runs in a process of its own under the same flags.
 */
@NullMarked
package dev.sluice.load;

import org.jspecify.annotations.NullMarked;
