/**
 * The command line: {@link dev.sluice.cli.SluiceCommand} assembles it. Its commands speak HTTP to a running engine,
 * to {@code /admin/v1} and to the ingress, and to nothing else.
 */
@NullMarked
package dev.sluice.cli;

import org.jspecify.annotations.NullMarked;
