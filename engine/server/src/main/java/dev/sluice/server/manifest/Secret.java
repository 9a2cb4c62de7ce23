package dev.sluice.server.manifest;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A text that no output shows: what prints it prints a mask. */
public final class Secret {
    private final String text;

    Secret(String text) {
        this.text = text;
    }

    /** The text in UTF-8. */
    public byte[] bytes() {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Secret that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return Secret.class.hashCode();
    }

    /** The mask, whatever the text. */
    @Override
    public String toString() {
        return "********";
    }
}
