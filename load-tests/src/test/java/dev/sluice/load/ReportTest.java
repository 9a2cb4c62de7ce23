package dev.sluice.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

class ReportTest {
    private final List<Row> rows = List.of(
            new Row("P1", "publish", "requests/s", Aim.atLeast(0.85), List.of(new Round(41_234.4, 45_000))),
            new Row(
                    "P3",
                    "decode <b> & \"c\"",
                    "ns",
                    Aim.atMost(0.4),
                    List.of(new Round(50, 100), new Round(60, 100))));

    @Test
    void tableAlignsColumnsAndSaysWhatWasMet() {
        assertThat(Report.table(rows)).isEqualTo("""
                        id  what              engine    peer  unit        ratio  aim      met
                        P1  publish           41,234  45,000  requests/s   0.92  >= 0.85  yes
                        P3  decode <b> & "c"   55.00     100  ns           0.55  <= 0.40  no
                        """);
    }

    @Test
    void jsonHoldsEveryRowWithItsRounds() throws Exception {
        var json = new ObjectMapper().readTree(Report.json(rows));

        assertThat(json).hasSize(2);
        assertThat(json.get(1).fieldNames())
                .toIterable()
                .containsExactly("id", "what", "engine", "peer", "unit", "ratio", "aim", "met", "rounds");
        assertThat(json.get(1).get("what").textValue()).isEqualTo("decode <b> & \"c\"");
        assertThat(json.get(1).get("ratio").doubleValue()).isEqualTo(0.55);
        assertThat(json.get(1).get("met").booleanValue()).isFalse();
        assertThat(json.at("/1/rounds/1/engine").doubleValue()).isEqualTo(60);
    }

    @Test
    void pictureIsXmlWithABarForEveryRow() throws Exception {
        var document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(Picture.svg(rows))));

        assertThat(document.getDocumentElement().getTagName()).isEqualTo("svg");
        assertThat(document.getElementsByTagName("rect").getLength()).isEqualTo(1 + rows.size());
        assertThat(document.getElementsByTagName("line").getLength()).isEqualTo(rows.size());
        assertThat(document.getDocumentElement().getTextContent()).contains("P3 decode <b> & \"c\"", "0.92 (>= 0.85)");
    }

    @Test
    void pictureOfNothingIsStillXml() {
        assertThat(Picture.svg(List.of())).startsWith("<svg").endsWith("</svg>\n");
    }
}
