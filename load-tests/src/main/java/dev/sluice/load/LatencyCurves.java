package dev.sluice.load;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Latencies of several sides under the same load: a block of the table, and a panel of the picture.
 *
 * @param what was asked of all sides
 * @param sides by name, in the order in which they are told
 */
record LatencyCurves(String what, Map<String, Latencies> sides) {
    private static final int LEFT = 70;
    private static final int WIDTH = 700;
    private static final int PANEL = 190;
    private static final int BLOCK = PANEL + 76;
    private static final List<String> COLOURS = List.of("#2a7d4f", "#b35c1e", "#1f5fa8", "#7a3fa0", "#8a8a8a");

    /** Each is a tenth as far from all as the one before. */
    private static final List<String> DECADES = List.of("0 %", "90 %", "99 %", "99.9 %", "99.99 %", "99.999 %");

    private static final int STEPS_PER_DECADE = 40;
    private static final double LEAST_MILLIS = 0.01;

    LatencyCurves {
        sides = new LinkedHashMap<>(sides);
    }

    /** The percentiles of all of them, in milliseconds. */
    static String table(List<LatencyCurves> all) {
        var text = new StringBuilder(String.format(
                Locale.ROOT,
                "%-44s %-22s %9s %8s %8s %8s %8s %8s%n",
                "latency, ms",
                "side",
                "count",
                "p50",
                "p90",
                "p99",
                "p99.9",
                "max"));
        for (var curves : all) {
            curves.sides.forEach((side, found) -> text.append(String.format(
                    Locale.ROOT,
                    "%-44s %-22s %9d %8.2f %8.2f %8.2f %8.2f %8.2f%n",
                    curves.what,
                    side,
                    found.count(),
                    found.p50(),
                    found.p90(),
                    found.p99(),
                    found.p999(),
                    found.max())));
        }
        return text.toString();
    }

    /**
     * An SVG document with a panel each: percentiles to the right, each mark a tenth as far from all as the one before;
     * milliseconds upwards, each mark ten times the one before.
     */
    static String svg(List<LatencyCurves> all) {
        var svg = new Svg(LEFT + WIDTH + 30, 10 + all.size() * BLOCK, 12);
        for (var i = 0; i < all.size(); i++) {
            all.get(i).panel(svg, 10 + i * BLOCK);
        }
        return svg.end();
    }

    private void panel(Svg svg, int top) {
        svg.title(LEFT, top + 14, what);
        var bottom = top + 44 + PANEL;
        var most = sides.values().stream().mapToDouble(Latencies::max).max().orElse(1);
        var highest = (int) Math.ceil(Math.log10(Math.max(1, most)));
        var lowest = (int) Math.floor(Math.log10(
                sides.values().stream().mapToDouble(LatencyCurves::least).min().orElse(LEAST_MILLIS)));
        for (var decade = 0; decade < DECADES.size(); decade++) {
            var x = x(decade);
            svg.add("<path d=\"M%.1f %dV%d\" stroke=\"#e0e0e0\"/>", x, bottom - PANEL, bottom);
            svg.text(x, bottom + 16, Svg.Anchor.middle, DECADES.get(decade));
        }
        for (var power = lowest; power <= highest; power++) {
            var y = y(power, lowest, highest, bottom);
            svg.add("<path d=\"M%d %.1fH%d\" stroke=\"#e0e0e0\"/>", LEFT, y, LEFT + WIDTH);
            svg.text(LEFT - 6, y + 4, Svg.Anchor.end, number(Math.pow(10, power)) + " ms");
        }
        var at = LEFT;
        var colour = 0;
        for (var side : sides.entrySet()) {
            var ink = COLOURS.get(colour++ % COLOURS.size());
            svg.line(curve(side.getValue(), lowest, highest, bottom), ink, 1.5);
            svg.text(at, top + 34, Svg.Anchor.start, ink, side.getKey());
            at += 24 + 7 * side.getKey().length();
        }
    }

    /** Up to the percentile beyond which there is one value alone: the largest. */
    private static List<Svg.Point> curve(Latencies found, int lowest, int highest, int bottom) {
        var end = Math.min(DECADES.size() - 1, Math.log10((double) Math.max(1, found.count())));
        var points = new ArrayList<Svg.Point>();
        for (var step = 0; step <= (int) (end * STEPS_PER_DECADE); step++) {
            var decade = (double) step / STEPS_PER_DECADE;
            var millis = Math.max(LEAST_MILLIS, found.at(100 * (1 - Math.pow(10, -decade))));
            points.add(new Svg.Point(x(decade), y(Math.log10(millis), lowest, highest, bottom)));
        }
        return points;
    }

    private static double least(Latencies found) {
        return Math.max(LEAST_MILLIS, found.at(0));
    }

    private static double x(double decade) {
        return LEFT + WIDTH * decade / (DECADES.size() - 1);
    }

    private static double y(double power, int lowest, int highest, int bottom) {
        return bottom - PANEL * (power - lowest) / Math.max(1, highest - lowest);
    }

    private static String number(double millis) {
        return millis >= 1 ? String.format(Locale.ROOT, "%,.0f", millis) : String.valueOf(millis);
    }
}
