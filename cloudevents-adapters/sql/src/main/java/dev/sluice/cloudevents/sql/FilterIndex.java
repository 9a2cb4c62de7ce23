package dev.sluice.cloudevents.sql;

import dev.sluice.cloudevents.WireEvent;
import io.cloudevents.CloudEvent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Many filters, asked at once. Those that require a type or a source, or a begin of it, are found by it, at a cost
 * that does not grow with how many there are; the rest is asked one by one. Immutable, and asked from any thread.
 *
 * <p>What is found so is then asked as a whole, so the answer is the one of asking each filter. Those that are not
 * found are not asked, and count no errors.
 */
public final class FilterIndex {
    private final List<EventFilter> filters;
    private final Keys types;
    private final Keys sources;
    /** Those that any event may pass. */
    private final int[] others;

    private FilterIndex(List<EventFilter> filters) {
        this.filters = List.copyOf(filters);
        Keys.Builder byType = new Keys.Builder();
        Keys.Builder bySource = new Keys.Builder();
        List<Integer> rest = new ArrayList<>();
        for (int i = 0; i < filters.size(); i++) {
            List<Requirement> required = Requirement.of(filters.get(i));
            if (required == null) {
                rest.add(i);
                continue;
            }
            for (Requirement each : required) {
                (each.attribute().equals(Requirement.TYPE) ? byType : bySource).add(each, i);
            }
        }
        this.types = byType.build();
        this.sources = bySource.build();
        this.others = rest.stream().mapToInt(Integer::intValue).toArray();
    }

    /** An index of the filters, which are known by their places in the list. */
    public static FilterIndex of(List<EventFilter> filters) {
        return new FilterIndex(filters);
    }

    /** The places of the filters that the event passes, ascending. */
    public int[] passing(CloudEvent event) {
        Found found = new Found(others);
        types.collect(WireEvent.textOf(event, Requirement.TYPE), found);
        sources.collect(WireEvent.textOf(event, Requirement.SOURCE), found);
        return found.passing(event, filters);
    }

    /**
     * How many of the filters one event can pass, as far as their types and sources tell: never less than it does.
     *
     * @param counted which filters count, by their places
     */
    public int passingMax(IntPredicate counted) {
        long all = IntStream.range(0, filters.size()).filter(counted).count();
        long most = count(others, counted) + types.foundMax(counted) + sources.foundMax(counted);
        return (int) Math.min(all, most);
    }

    private static long count(int @Nullable [] places, IntPredicate counted) {
        return places == null ? 0 : Arrays.stream(places).filter(counted).count();
    }

    /** Filters by a text that an attribute must have, or must begin with. */
    private static final class Keys {
        private final Map<String, int[]> exact;
        /** By the prefix; its lengths, ascending, tell which parts of a text are worth a look. */
        private final Map<String, int[]> prefixes;

        private final int[] lengths;

        private Keys(Map<String, int[]> exact, Map<String, int[]> prefixes) {
            this.exact = exact;
            this.prefixes = prefixes;
            this.lengths = prefixes.keySet().stream()
                    .mapToInt(String::length)
                    .distinct()
                    .sorted()
                    .toArray();
        }

        void collect(@Nullable String text, Found found) {
            if (text == null) {
                return;
            }
            found.add(exact.get(text));
            for (int length : lengths) {
                if (length > text.length()) {
                    return;
                }
                found.add(prefixes.get(text.substring(0, length)));
            }
        }

        /** What a text finds most: one that is asked for as a whole, or the longest begin of it that is. */
        long foundMax(IntPredicate counted) {
            return Stream.concat(exact.keySet().stream(), prefixes.keySet().stream())
                    .mapToLong(text -> found(text, counted))
                    .max()
                    .orElse(0);
        }

        private long found(String text, IntPredicate counted) {
            long found = count(exact.get(text), counted);
            for (int length : lengths) {
                if (length <= text.length()) {
                    found += count(prefixes.get(text.substring(0, length)), counted);
                }
            }
            return found;
        }

        private static final class Builder {
            private final Map<String, List<Integer>> exact = new HashMap<>();
            private final Map<String, List<Integer>> prefixes = new HashMap<>();

            void add(Requirement required, int place) {
                (required.whole() ? exact : prefixes)
                        .computeIfAbsent(required.text(), text -> new ArrayList<>())
                        .add(place);
            }

            Keys build() {
                return new Keys(arrays(exact), arrays(prefixes));
            }

            private static Map<String, int[]> arrays(Map<String, List<Integer>> lists) {
                Map<String, int[]> arrays = new HashMap<>();
                lists.forEach((text, places) -> arrays.put(
                        text, places.stream().mapToInt(Integer::intValue).toArray()));
                return arrays;
            }
        }
    }

    /** Places, collected and then judged. */
    private static final class Found {
        private int[] places;
        private int size;

        Found(int[] first) {
            places = Arrays.copyOf(first, first.length + 8);
            size = first.length;
        }

        void add(int @Nullable [] more) {
            if (more == null) {
                return;
            }
            if (size + more.length > places.length) {
                places = Arrays.copyOf(places, Math.max(2 * places.length, size + more.length));
            }
            System.arraycopy(more, 0, places, size, more.length);
            size += more.length;
        }

        /** A filter with alternatives may be among them more than once. */
        int[] passing(CloudEvent event, List<EventFilter> filters) {
            Arrays.sort(places, 0, size);
            int kept = 0;
            for (int i = 0; i < size; i++) {
                int place = places[i];
                if ((i == 0 || place != places[i - 1]) && filters.get(place).test(event)) {
                    places[kept++] = place;
                }
            }
            return Arrays.copyOf(places, kept);
        }
    }
}
