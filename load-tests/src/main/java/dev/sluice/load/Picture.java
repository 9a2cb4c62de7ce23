package dev.sluice.load;

import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/** The ratios as an SVG picture: a bar per row, and a mark where its aim is if it has one. */
final class Picture {
    private static final int LEFT = 400;
    private static final int BAR_WIDTH = 360;
    private static final int ROW_HEIGHT = 34;
    private static final int TOP = 46;
    private static final double SCALE_MIN = 1.0;

    private Picture() {}

    /** An SVG document, readable on light and on dark ground. */
    static String svg(List<Row> rows) {
        // A row without a peer has no ratio.
        var drawn = rows.stream().filter(row -> Double.isFinite(row.ratio())).toList();
        var height = TOP + drawn.size() * ROW_HEIGHT + 30;
        var scaleMax = drawn.stream()
                .flatMapToDouble(row -> DoubleStream.of(row.ratio(), row.aim().ratio(row.peer())))
                .filter(Double::isFinite)
                .reduce(SCALE_MIN, Math::max);
        var svg = new Svg(LEFT + BAR_WIDTH + 90, height, 13);
        svg.title(16, 26, "The engine by its peer, both measured in turns; the mark is the aim");
        for (var i = 0; i < drawn.size(); i++) {
            bar(svg, drawn.get(i), TOP + i * ROW_HEIGHT, scaleMax);
        }
        return svg.end();
    }

    private static void bar(Svg svg, Row row, int y, double scaleMax) {
        svg.text(LEFT - 10, y + 18, Svg.Anchor.end, row.id() + " " + row.what());
        svg.add(
                "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"20\" fill=\"%s\"/>",
                LEFT,
                y + 4,
                BAR_WIDTH * row.ratio() / scaleMax,
                row.aim().isNone() ? "#5b6b7f" : row.met() ? "#2a7d4f" : "#b35c1e");
        if (!row.aim().isNone()) {
            var x = LEFT + BAR_WIDTH * row.aim().ratio(row.peer()) / scaleMax;
            svg.add(
                    "<line x1=\"%1$.1f\" y1=\"%2$d\" x2=\"%1$.1f\" y2=\"%3$d\" stroke=\"#222222\" stroke-width=\"2\"/>",
                    x, y, y + 28);
        }
        var aim = row.aim().isNone() ? "" : " (" + row.aim() + ")";
        svg.text(
                LEFT + BAR_WIDTH + 10,
                y + 18,
                Svg.Anchor.start,
                String.format(Locale.ROOT, "%.2f%s", row.ratio(), aim));
    }
}
