package dev.sluice.load.soak;

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

    private final StringBuilder svg = new StringBuilder();

    private SoakPicture() {}

    /** An SVG document, readable on light and on dark ground. */
    static String svg(List<Outcome> outcomes) {
        var picture = new SoakPicture();
        var height = outcomes.size() * SCENARIO + 20;
        picture.add(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\""
                        + " font-family=\"sans-serif\" font-size=\"12\">",
                LEFT + WIDTH + 30, height, LEFT + WIDTH + 30, height);
        picture.add("<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>");
        for (var i = 0; i < outcomes.size(); i++) {
            picture.scenario(outcomes.get(i), 10 + i * SCENARIO);
        }
        return picture.svg.append("</svg>\n").toString();
    }

    private void scenario(Outcome outcome, int top) {
        var samples = outcome.samples().all();
        var seconds = samples.isEmpty()
                ? 1
                : Math.max(1, samples.get(samples.size() - 1).seconds());
        text(LEFT, top + 14, outcome.scenario() + ", " + outcome.rounds() + " rounds, seed " + outcome.seed(), true);
        var first = top + 34;
        var second = first + PANEL + GAP;
        for (var mark : outcome.samples().marks()) {
            var x = LEFT + WIDTH * mark.seconds() / seconds;
            add(
                    "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#cccccc\"><title>%s</title></line>",
                    x, first, x, second + PANEL, escaped(mark.what()));
        }
        panel(rates(samples), first, seconds, "events done per second", THROUGHPUT, Point::value);
        panel(
                samples.stream().map(s -> new Point(s.seconds(), s.lag())).toList(),
                second,
                seconds,
                "events published and not done",
                LAG,
                Point::value);
        text(LEFT + WIDTH - 40, second + PANEL + 16, String.format(Locale.ROOT, "%.0f s", seconds), false);
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
        text(LEFT, top - 4, what, false);
        text(4, top + 10, String.format(Locale.ROOT, "%,.0f", scale), false);
        text(4, top + PANEL, "0", false);
        add(
                "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"none\" stroke=\"#888888\"/>",
                LEFT, top, WIDTH, PANEL);
        var line = new StringBuilder();
        for (var point : points) {
            line.append(String.format(
                    Locale.ROOT,
                    "%.1f,%.1f ",
                    LEFT + WIDTH * point.seconds() / seconds,
                    top + PANEL - PANEL * value.applyAsDouble(point) / scale));
        }
        add(
                "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\"/>",
                line.toString().strip(), color);
    }

    private void text(int x, int y, String text, boolean bold) {
        add(
                "<text x=\"%d\" y=\"%d\" fill=\"#222222\"%s>%s</text>",
                x, y, bold ? " font-weight=\"bold\"" : "", escaped(text));
    }

    private void add(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
