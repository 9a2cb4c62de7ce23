package dev.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.engine.EngineOptions.Ceilings;
import dev.sluice.server.manifest.ServerManifest;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
    private static final ServerManifest MANIFEST = new ServerManifest(3, 33, "::1", Duration.ofSeconds(3));

    @Test
    void hasTheDocumentedDefaults() throws Exception {
        assertThat(Settings.of(Map.of(), Map.of(), ServerManifest.NONE))
                .isEqualTo(new Settings("127.0.0.1", 8080, 7070, Duration.ofSeconds(25)));
    }

    @Test
    void takesTheFlagBeforeTheVariableBeforeTheManifestBeforeTheDefault() throws Exception {
        var flags = Map.of("port", "1");
        var environment = Map.of("SLUICE_PORT", "2", "SLUICE_SERVER_ADMIN_PORT", "22", "SLUICE_GRACE", "2s");

        var settings = Settings.of(flags, environment, MANIFEST);

        assertThat(settings).isEqualTo(new Settings("::1", 1, 22, Duration.ofSeconds(2)));
        assertThat(Settings.of(Map.of(), environment, ServerManifest.NONE).port())
                .isEqualTo(2);
        assertThat(Settings.of(Map.of(), Map.of(), MANIFEST).port()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({
        "port, SLUICE_PORT",
        "port, SLUICE_SERVER_PORT",
        "admin-port, SLUICE_ADMIN_PORT",
        "admin-port, SLUICE_SERVER_ADMIN_PORT",
        "grace, SLUICE_GRACE",
        "grace, SLUICE_SERVER_GRACE"
    })
    void namesTheOriginOfAMistake(String flag, String variable) {
        assertThatThrownBy(() -> Settings.of(Map.of(flag, "x"), Map.of(), ServerManifest.NONE))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageStartingWith("--" + flag + " is 'x': must be ");
        assertThatThrownBy(() -> Settings.of(Map.of(), Map.of(variable, "x"), ServerManifest.NONE))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageStartingWith(variable + " is 'x': must be ");
    }

    @Test
    void tellsAllMistakesAtOnceEvenOfWhatIsNotUsed() {
        var flags = Map.of("port", "1", "admin-port", "65536", "host", " ");
        var environment = Map.of("SLUICE_PORT", "-1", "SLUICE_GRACE", "2h");

        assertThatThrownBy(() -> Settings.of(flags, environment, MANIFEST)).hasMessage("""
                        --host is ' ': must not be blank
                        SLUICE_PORT is '-1': must be a port: 0 to 65535, 0 for a free one
                        --admin-port is '65536': must be a port: 0 to 65535, 0 for a free one
                        SLUICE_GRACE is '2h': must be a duration such as 200ms, 5s, 2m, 1h or PT0.2S, up to 1h""");
    }

    @Test
    void refusesTwoVariablesThatMeanTheSameAndDiffer() {
        assertThatThrownBy(() -> Settings.of(
                        Map.of(), Map.of("SLUICE_PORT", "1", "SLUICE_SERVER_PORT", "2"), ServerManifest.NONE))
                .hasMessage("SLUICE_PORT is '1' and SLUICE_SERVER_PORT is '2': they mean the same, set one");
    }

    @Test
    void takesTheCeilingsOfAllFunctionsFromWhereverTheyAreNamed() throws Exception {
        var manifest = new ServerManifest(null, null, null, null, "left", 40, 500, null, null);

        var settings = Settings.of(
                Map.of("instances-max", "30"), Map.of("SLUICE_MEMORY_MAX", "64MiB", "SLUICE_NODE", "right"), manifest);

        assertThat(settings.ceilings()).isEqualTo(new Ceilings(30, 500, 64L << 20));
        assertThat(settings.node()).isEqualTo("right");
        assertThat(Settings.of(Map.of(), Map.of(), ServerManifest.NONE).ceilings())
                .isEqualTo(Ceilings.defaults());
    }

    @Test
    void takesTheJournalsRoomAndShare() throws Exception {
        var settings =
                Settings.of(Map.of("journal-size", "1MiB"), Map.of("SLUICE_JOURNAL_RATE", "5%"), ServerManifest.NONE);

        assertThat(settings.journal().bytesMax()).isEqualTo(1 << 20);
        assertThat(settings.journal().rate()).isEqualTo(0.05);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            instances-max | 0       | must be a whole number between 1 and 1000000
            instances-max | many    | must be a whole number between 1 and 1000000
            slots-max     | 0       | must be a whole number of at least 1
            memory-max    | 1000    | must be a number of bytes of at least 1048576, such as 512MiB
            journal-size  | 1KiB    | must be a number of bytes of at least 65536, such as 16MiB
            journal-rate  | 101%    | must be a share from 0 to 1, such as 0.01, or a percentage such as 1%
            journal-rate  | some    | must be a share from 0 to 1, such as 0.01, or a percentage such as 1%
            node          | a b     | must be 1 to 100 of letters, digits, dot, dash, underscore and colon
            """)
    void refusesACeilingThatIsNone(String name, String text, String rule) {
        assertThatThrownBy(() -> Settings.of(Map.of(name, text), Map.of(), ServerManifest.NONE))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("--" + name + " is '" + text + "': " + rule);
    }
}
