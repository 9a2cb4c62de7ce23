package dev.sluice.trigger.http;

import java.util.Locale;

/** What a request is for, as the meters tell it. */
enum RouteKind {
    PUBLISH,
    TAIL,
    CALL,
    REPLY,
    ACCEPT,
    OPTIONS,
    NONE;

    String tag() {
        return name().toLowerCase(Locale.ROOT);
    }
}
