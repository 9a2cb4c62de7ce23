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
        var svg = new StringBuilder();
        svg.append(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\""
                        + " font-family=\"sans-serif\" font-size=\"13\">%n",
                LEFT + BAR_WIDTH + 90,
                height,
                LEFT + BAR_WIDTH + 90,
                height));
        svg.append("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");
        text(svg, 16, 26, "start", "The engine by its peer, both measured in turns; the mark is the aim", true);
        for (var i = 0; i < drawn.size(); i++) {
            bar(svg, drawn.get(i), TOP + i * ROW_HEIGHT, scaleMax);
        }
        return svg.append("</svg>\n").toString();
    }

    private static void bar(StringBuilder svg, Row row, int y, double scaleMax) {
        text(svg, LEFT - 10, y + 18, "end", row.id() + " " + row.what(), false);
        svg.append(String.format(
                Locale.ROOT,
                "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"20\" fill=\"%s\"/>%n",
                LEFT,
                y + 4,
                BAR_WIDTH * row.ratio() / scaleMax,
                row.aim().isNone() ? "#5b6b7f" : row.met() ? "#2a7d4f" : "#b35c1e"));
        if (!row.aim().isNone()) {
            mark(svg, LEFT + BAR_WIDTH * row.aim().ratio(row.peer()) / scaleMax, y);
        }
        var aim = row.aim().isNone() ? "" : " (" + row.aim() + ")";
        text(
                svg,
                LEFT + BAR_WIDTH + 10,
                y + 18,
                "start",
                String.format(Locale.ROOT, "%.2f%s", row.ratio(), aim),
                false);
    }

    private static void mark(StringBuilder svg, double x, int y) {
        svg.append(String.format(
                Locale.ROOT,
                "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#222222\" stroke-width=\"2\"/>%n",
                x,
                y,
                x,
                y + 28));
    }

    private static void text(StringBuilder svg, int x, int y, String anchor, String text, boolean bold) {
        svg.append(String.format(
                Locale.ROOT,
                "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\" fill=\"#222222\"%s>%s</text>%n",
                x,
                y,
                anchor,
                bold ? " font-weight=\"bold\"" : "",
                escaped(text)));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
