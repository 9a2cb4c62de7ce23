/** CloudEvents in HTTP messages: content modes, headers and their encoding. Knows Netty's headers and no server. */
@NullMarked
package dev.sluice.cloudevents.http;

import org.jspecify.annotations.NullMarked;
