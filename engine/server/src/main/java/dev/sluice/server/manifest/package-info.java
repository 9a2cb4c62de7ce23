/**
 * Manifests: YAML files become one typed, checked {@link dev.sluice.server.manifest.Manifest}, or a list of every
 * mistake in them.
 */
@NullMarked
package dev.sluice.server.manifest;

import org.jspecify.annotations.NullMarked;
