package dev.sluice.load;

import java.util.List;
import java.util.Locale;

/** Writes a picture's text: what all pictures of the benchmarks and soaks are drawn with. */
public final class Svg {
    private final StringBuilder text = new StringBuilder();

    /** Begins a picture of this size, readable on light and on dark ground. */
    public Svg(int width, int height, int fontSize) {
        add(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%1$d\" height=\"%2$d\" viewBox=\"0 0 %1$d %2$d\""
                        + " font-family=\"sans-serif\" font-size=\"%3$d\">",
                width, height, fontSize);
        add("<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>");
    }

    /** How a piece of text stands to its place. */
    public enum Anchor {
        start,
        middle,
        end
    }

    /** A point of a line. */
    public record Point(double x, double y) {}

    /** Adds an element, given as a format. */
    public void add(String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    /** Adds words. */
    public void text(double x, double y, Anchor anchor, String words) {
        text(x, y, anchor, "#222222", words);
    }

    /** Adds words in a colour. */
    public void text(double x, double y, Anchor anchor, String colour, String words) {
        add(
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"%s\">%s</text>",
                x, y, anchor, colour, escaped(words));
    }

    /** Adds words in bold, which begin here. */
    public void title(double x, double y, String words) {
        add("<text x=\"%.1f\" y=\"%.1f\" fill=\"#222222\" font-weight=\"bold\">%s</text>", x, y, escaped(words));
    }

    /** Adds a line through points. */
    public void line(List<Point> points, String colour, double width) {
        var places = new StringBuilder();
        points.forEach(point -> places.append(String.format(Locale.ROOT, "%.1f,%.1f ", point.x(), point.y())));
        add(
                "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"%.1f\"/>",
                places.toString().strip(), colour, width);
    }

    /** Words as they may stand in an element. */
    public static String escaped(String words) {
        return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    /** The whole document. Nothing may be added afterwards. */
    public String end() {
        return text.append("</svg>\n").toString();
    }
}
