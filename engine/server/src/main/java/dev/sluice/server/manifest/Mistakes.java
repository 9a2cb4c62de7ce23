package dev.sluice.server.manifest;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Gathers what is wrong in all files, so that everything is told at once. */
final class Mistakes {
    /** Beyond, a file is not a manifest at all; more lines would help no one. */
    private static final int MAX = 200;

    private static final Comparator<Mistake> BY_PLACE = Comparator.comparing(
                    (Mistake mistake) -> mistake.place().file())
            .thenComparingInt(mistake -> mistake.place().line())
            .thenComparingInt(mistake -> mistake.place().column());

    private final List<Mistake> mistakes = new ArrayList<>();
    private final List<Mistake> warnings = new ArrayList<>();

    void add(Place place, String path, String value, String rule) {
        if (mistakes.size() < MAX) {
            mistakes.add(new Mistake(place, path, value, rule));
        }
    }

    void warn(Place place, String path, String value, String rule) {
        if (warnings.size() < MAX) {
            warnings.add(new Mistake(place, path, value, rule));
        }
    }

    int count() {
        return mistakes.size();
    }

    List<Mistake> warnings() {
        return sorted(warnings);
    }

    void throwIfAny() throws InvalidManifestException {
        if (!mistakes.isEmpty()) {
            throw new InvalidManifestException(sorted(mistakes));
        }
    }

    private static List<Mistake> sorted(List<Mistake> found) {
        return found.stream().sorted(BY_PLACE).toList();
    }
}
