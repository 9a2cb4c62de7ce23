package dev.sluice.engine.scaling;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Runs of a simulation as an SVG picture: load, lag, and slots (wanted, ready, busy) over time, a block per run. */
public final class ScalingPlot {
    private static final int LEFT = 70;
    private static final int WIDTH = 720;
    private static final int PANEL_HEIGHT = 110;
    private static final int PANEL_GAP = 34;
    private static final int HEAD = 40;
    private static final int BLOCK_HEIGHT = HEAD + 3 * (PANEL_HEIGHT + PANEL_GAP);
    private static final int ROWS_PER_POINT = 10;
    private static final int MINUTE = 60;

    private final StringBuilder svg = new StringBuilder();

    private ScalingPlot() {}

    /** One line of a panel. */
    private record Line(String name, String colour, ToDoubleFunction<ScalingSimulation.Row> value) {}

    /** An SVG document; the same runs give the same text. */
    public static String svg(List<ScalingSimulation.Run> runs) {
        var plot = new ScalingPlot();
        plot.append(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%1$d\" height=\"%2$d\" viewBox=\"0 0 %1$d %2$d\""
                        + " font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%%\" height=\"100%%\""
                        + " fill=\"#ffffff\"/>\n",
                LEFT + WIDTH + 30, runs.size() * BLOCK_HEIGHT);
        for (var i = 0; i < runs.size(); i++) {
            plot.block(runs.get(i), i * BLOCK_HEIGHT);
        }
        return plot.svg.append("</svg>\n").toString();
    }

    private void block(ScalingSimulation.Run run, int top) {
        var figures = run.figures();
        text(
                LEFT,
                top + 24,
                "start",
                "#222222",
                String.format(
                        Locale.ROOT,
                        "%s, %s: drained in %.1f s, %,.0f slot-seconds, p99 wait %.3f s, %d direction changes",
                        run.scenario(),
                        run.policy(),
                        figures.drainSeconds(),
                        figures.slotSeconds(),
                        figures.waitP99Seconds(),
                        figures.directionChanges()));
        var step = PANEL_HEIGHT + PANEL_GAP;
        panel(
                run.rows(),
                top + HEAD,
                List.of(new Line("events per second", "#1f5fa8", ScalingSimulation.Row::perSecond)));
        panel(run.rows(), top + HEAD + step, List.of(new Line("lag in events", "#b35c1e", ScalingSimulation.Row::lag)));
        panel(
                run.rows(),
                top + HEAD + 2 * step,
                List.of(
                        new Line("slots wanted", "#8a8a8a", ScalingSimulation.Row::wanted),
                        new Line("ready", "#2a7d4f", ScalingSimulation.Row::slots),
                        new Line("busy", "#7a3fa0", ScalingSimulation.Row::busy)));
    }

    private void panel(List<ScalingSimulation.Row> rows, int top, List<Line> lines) {
        var highest = 1.0;
        for (var line : lines) {
            for (var i = 0; i < rows.size(); i += ROWS_PER_POINT) {
                highest = Math.max(highest, mean(rows, i, line.value()));
            }
        }
        var bottom = top + PANEL_HEIGHT;
        append("<path d=\"M%d %dV%dH%d\" fill=\"none\" stroke=\"#bbbbbb\"/>\n", LEFT, top, bottom, LEFT + WIDTH);
        text(LEFT - 6, top + 10, "end", "#222222", String.format(Locale.ROOT, "%,.0f", highest));
        text(LEFT - 6, bottom, "end", "#222222", "0");
        minutes(rows, bottom);
        var at = LEFT + 10;
        for (var line : lines) {
            curve(rows, bottom, highest, line);
            text(at, top + 10, "start", line.colour(), line.name());
            at += 20 + 7 * line.name().length();
        }
    }

    private void minutes(List<ScalingSimulation.Row> rows, int bottom) {
        var seconds = rows.size() / ROWS_PER_POINT;
        for (var second = 0; second <= seconds; second += MINUTE) {
            var x = LEFT + (double) WIDTH * second / Math.max(1, seconds);
            append("<path d=\"M%.1f %dv4\" stroke=\"#bbbbbb\"/>\n", x, bottom);
            text((int) x, bottom + 16, "middle", "#666666", second / MINUTE + " min");
        }
    }

    private void curve(List<ScalingSimulation.Row> rows, int bottom, double highest, Line line) {
        svg.append("<polyline fill=\"none\" stroke=\"")
                .append(line.colour())
                .append("\" stroke-width=\"1.2\" points=\"");
        for (var i = 0; i < rows.size(); i += ROWS_PER_POINT) {
            append(
                    "%.1f,%.1f ",
                    LEFT + (double) WIDTH * i / rows.size(),
                    bottom - PANEL_HEIGHT * mean(rows, i, line.value()) / highest);
        }
        svg.append("\"/>\n");
    }

    /** Over one point's rows, a second. */
    private static double mean(
            List<ScalingSimulation.Row> rows, int from, ToDoubleFunction<ScalingSimulation.Row> value) {
        var to = Math.min(rows.size(), from + ROWS_PER_POINT);
        var sum = 0.0;
        for (var i = from; i < to; i++) {
            sum += value.applyAsDouble(rows.get(i));
        }
        return sum / (to - from);
    }

    private void text(int x, int y, String anchor, String colour, String text) {
        append(
                "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\" fill=\"%s\">%s</text>\n",
                x,
                y,
                anchor,
                colour,
                text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"));
    }

    private void append(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values));
    }
}
