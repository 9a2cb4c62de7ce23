package dev.sluice.load;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;

/**
 * Draws the plots as PNG, from their SVG and so the same: rectangles, lines of text, polylines, and paths of {@code M},
 * {@code H}, {@code V} and {@code v}. Other elements are left out. Needs no screen.
 */
final class SvgPng {
    private static final Pattern STEP = Pattern.compile("([MHVv])([-\\d.]+)(?:[ ,]([-\\d.]+))?");
    private static final int FONT_SIZE = 12;

    private final Graphics2D pen;

    private SvgPng(Graphics2D pen) {
        this.pen = pen;
    }

    /** Writes the picture to the file. */
    static void write(String svg, Path file) throws IOException {
        System.setProperty("java.awt.headless", "true");
        var root = parsed(svg);
        var image = new BufferedImage(
                (int) number(root, "width"), (int) number(root, "height"), BufferedImage.TYPE_INT_RGB);
        var graphics = image.createGraphics();
        try {
            graphics.setColor(Color.WHITE);
            graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
            graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
            graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
            graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, FONT_SIZE));
            var elements = root.getChildNodes();
            for (var i = 0; i < elements.getLength(); i++) {
                if (elements.item(i) instanceof Element element) {
                    new SvgPng(graphics).draw(element);
                }
            }
        } finally {
            graphics.dispose();
        }
        if (!ImageIO.write(image, "png", file.toFile())) {
            throw new IOException("this Java writes no PNG");
        }
    }

    private static Element parsed(String svg) throws IOException {
        try {
            var factory = DocumentBuilderFactory.newInstance();
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            var bytes = svg.getBytes(StandardCharsets.UTF_8);
            return factory.newDocumentBuilder()
                    .parse(new ByteArrayInputStream(bytes))
                    .getDocumentElement();
        } catch (ParserConfigurationException | SAXException e) {
            throw new IOException("the plot is no SVG: " + e.getMessage(), e);
        }
    }

    private void draw(Element element) {
        switch (element.getTagName()) {
            case "text" -> text(element);
            case "polyline" -> polyline(element);
            case "path" -> path(element);
            default -> {}
        }
    }

    private void text(Element element) {
        pen.setColor(Color.decode(element.getAttribute("fill")));
        var text = element.getTextContent();
        var width = pen.getFontMetrics().stringWidth(text);
        var back =
                switch (element.getAttribute("text-anchor")) {
                    case "end" -> width;
                    case "middle" -> width / 2;
                    default -> 0;
                };
        pen.drawString(text, (float) number(element, "x") - back, (float) number(element, "y"));
    }

    private void polyline(Element element) {
        var line = new Path2D.Double();
        for (var point : element.getAttribute("points").strip().split("\\s+", -1)) {
            var comma = point.indexOf(',');
            if (comma < 0) {
                continue;
            }
            var x = Double.parseDouble(point.substring(0, comma));
            var y = Double.parseDouble(point.substring(comma + 1));
            if (line.getCurrentPoint() == null) {
                line.moveTo(x, y);
            } else {
                line.lineTo(x, y);
            }
        }
        stroke(element, line);
    }

    private void path(Element element) {
        var line = new Path2D.Double();
        var steps = STEP.matcher(element.getAttribute("d"));
        while (steps.find()) {
            var first = Double.parseDouble(steps.group(2));
            var from = line.getCurrentPoint();
            switch (steps.group(1)) {
                case "M" -> line.moveTo(first, Double.parseDouble(steps.group(3)));
                case "H" -> line.lineTo(first, from.getY());
                case "V" -> line.lineTo(from.getX(), first);
                default -> line.lineTo(from.getX(), from.getY() + first);
            }
        }
        stroke(element, line);
    }

    private void stroke(Element element, Path2D line) {
        pen.setColor(Color.decode(element.getAttribute("stroke")));
        pen.setStroke(
                new BasicStroke(element.hasAttribute("stroke-width") ? (float) number(element, "stroke-width") : 1f));
        pen.draw(line);
    }

    private static double number(Element element, String attribute) {
        return Double.parseDouble(element.getAttribute(attribute));
    }
}
