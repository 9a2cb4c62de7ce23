package dev.sluice.load.soak;

import dev.sluice.load.Svg;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Throughput and lag over time as an SVG picture: two panels per scenario, and a line where something was done to it.
 */
final class SoakPicture {
    private static final int LEFT = 70;
    private static final int WIDTH = 760;
    private static final int PANEL = 110;
    private static final int GAP = 26;
    private static final int SCENARIO = 2 * (PANEL + GAP) + 40;
    private static final String THROUGHPUT = "#2a7d4f";
    private static final String LAG = "#b35c1e";

    private final Svg svg;

    private SoakPicture(Svg svg) {
        this.svg = svg;
    }

    /** An SVG document, readable on light and on dark ground. */
    static String svg(List<Outcome> outcomes) {
        var picture = new SoakPicture(new Svg(LEFT + WIDTH + 30, outcomes.size() * SCENARIO + 20, 12));
        for (var i = 0; i < outcomes.size(); i++) {
            picture.scenario(outcomes.get(i), 10 + i * SCENARIO);
        }
        return picture.svg.end();
    }

    private void scenario(Outcome outcome, int top) {
        var samples = outcome.samples().all();
        var seconds = samples.isEmpty()
                ? 1
                : Math.max(1, samples.get(samples.size() - 1).seconds());
        svg.title(LEFT, top + 14, outcome.scenario() + ", " + outcome.rounds() + " rounds, seed " + outcome.seed());
        var first = top + 34;
        var second = first + PANEL + GAP;
        for (var mark : outcome.samples().marks()) {
            var x = LEFT + WIDTH * mark.seconds() / seconds;
            svg.add(
                    "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#cccccc\"><title>%s</title></line>",
                    x, first, x, second + PANEL, Svg.escaped(mark.what()));
        }
        panel(rates(samples), first, seconds, "events done per second", THROUGHPUT, Point::value);
        panel(
                samples.stream().map(s -> new Point(s.seconds(), s.lag())).toList(),
                second,
                seconds,
                "events published and not done",
                LAG,
                Point::value);
        text(LEFT + WIDTH - 40, second + PANEL + 16, String.format(Locale.ROOT, "%.0f s", seconds));
    }

    private record Point(double seconds, double value) {}

    private static List<Point> rates(List<Samples.Sample> samples) {
        var rates = new ArrayList<Point>();
        for (var i = 1; i < samples.size(); i++) {
            var before = samples.get(i - 1);
            var now = samples.get(i);
            var time = Math.max(0.001, now.seconds() - before.seconds());
            rates.add(new Point(now.seconds(), (now.done() - before.done()) / time));
        }
        return rates;
    }

    private void panel(
            List<Point> points, int top, double seconds, String what, String color, ToDoubleFunction<Point> value) {
        var max = points.stream().mapToDouble(value).max().orElse(1);
        var scale = Math.max(1, max);
        text(LEFT, top - 4, what);
        text(4, top + 10, String.format(Locale.ROOT, "%,.0f", scale));
        text(4, top + PANEL, "0");
        svg.add(
                "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"none\" stroke=\"#888888\"/>",
                LEFT, top, WIDTH, PANEL);
        var line = points.stream()
                .map(point -> new Svg.Point(
                        LEFT + WIDTH * point.seconds() / seconds,
                        top + PANEL - PANEL * value.applyAsDouble(point) / scale))
                .toList();
        svg.line(line, color, 1);
    }

    private void text(int x, int y, String text) {
        svg.text(x, y, Svg.Anchor.start, text);
    }
}
