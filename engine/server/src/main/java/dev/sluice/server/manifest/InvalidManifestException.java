package dev.sluice.server.manifest;

import java.util.List;
import java.util.stream.Collectors;

/** Manifests with mistakes, all of them. */
public final class InvalidManifestException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<Mistake> mistakes;

    InvalidManifestException(List<Mistake> mistakes) {
        super(mistakes.stream().map(Mistake::toString).collect(Collectors.joining("\n")), null, false, false);
        this.mistakes = List.copyOf(mistakes);
    }

    /** Every mistake, by file and line. */
    public List<Mistake> mistakes() {
        return mistakes;
    }
}
