/** The HTTP ingress: publishing to topics, calls of functions, custom paths and live tails, as CloudEvents over HTTP. */
@NullMarked
package dev.sluice.trigger.http;

import org.jspecify.annotations.NullMarked;
