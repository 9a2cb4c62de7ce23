package dev.sluice.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

class ReportTest {
    private final List<Row> rows = List.of(
            new Row("P1", "publish", "requests/s", Aim.atLeast(0.85), List.of(new Round(41_234.4, 45_000))),
            new Row("P3", "decode <b> & \"c\"", "ns", Aim.atMost(0.4), List.of(new Round(50, 100), new Round(60, 100))),
            new Row("P1-vertx", "publish", "requests/s", Aim.none(), List.of(new Round(3, 4))));

    @Test
    void tableAlignsColumnsAndSaysWhatWasMet() {
        assertThat(Report.table(rows)).isEqualTo("""
                        id        what              engine    peer  unit        ratio  noise  aim      met
                        P1        publish           41,234  45,000  requests/s   0.92      -  >= 0.85  yes
                        P3        decode <b> & "c"   55.00     100  ns           0.55   18 %  <= 0.40  no
                        P1-vertx  publish             3.00    4.00  requests/s   0.75      -  -        -
                        """);
    }

    @Test
    void jsonHoldsEveryRowWithItsRounds() throws Exception {
        var json = new ObjectMapper().readTree(Report.json(rows));

        assertThat(json).hasSize(3);
        assertThat(json.get(1).fieldNames())
                .toIterable()
                .containsExactly("id", "what", "engine", "peer", "unit", "ratio", "aim", "met", "noise", "rounds");
        assertThat(json.get(1).get("what").textValue()).isEqualTo("decode <b> & \"c\"");
        assertThat(json.get(1).get("ratio").doubleValue()).isEqualTo(0.55);
        assertThat(json.get(1).get("met").booleanValue()).isFalse();
        assertThat(json.at("/1/noise").doubleValue()).isCloseTo(0.1 / 0.55, within(1e-9));
        assertThat(json.at("/1/rounds/1/engine").doubleValue()).isEqualTo(60);
    }

    @Test
    void jsonKnowsNoAimAndNoNoiseWhereThereIsNone() throws Exception {
        var row = new ObjectMapper().readTree(Report.json(rows)).get(2);

        assertThat(row.get("ratio").doubleValue()).isEqualTo(0.75);
        assertThat(row.get("aim").isNull()).isTrue();
        assertThat(row.get("met").isNull()).isTrue();
        assertThat(row.get("noise").isNull()).isTrue();
    }

    @Test
    void pictureIsXmlWithABarForEveryRowAndAMarkForEveryAim() throws Exception {
        var document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(Picture.svg(rows))));

        assertThat(document.getDocumentElement().getTagName()).isEqualTo("svg");
        assertThat(document.getElementsByTagName("rect").getLength()).isEqualTo(1 + rows.size());
        assertThat(document.getElementsByTagName("line").getLength()).isEqualTo(rows.size() - 1);
        assertThat(document.getDocumentElement().getTextContent()).contains("P3 decode <b> & \"c\"", "0.92 (>= 0.85)");
    }

    @Test
    void pictureOfNothingIsStillXml() {
        assertThat(Picture.svg(List.of())).startsWith("<svg").endsWith("</svg>\n");
    }
}
