package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** What becomes of a job whose command is interrupted. */
class RunningJobTest {
    private static final String CANCEL = "POST /admin/v1/jobs/1f0c/cancel";

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private FakeEngine engine;

    @BeforeEach
    void start() {
        engine = new FakeEngine();
    }

    @AfterEach
    void stop() {
        engine.close();
    }

    /** Leaves a job as an interrupted command does. */
    @Command(name = "left")
    private static final class Left implements Runnable {
        @Mixin
        private final Connection connection;

        private final Terminal terminal;
        private final String state;

        private Left(Terminal terminal, String state) {
            this.terminal = terminal;
            this.state = state;
            connection = new Connection(terminal.environment());
        }

        @Override
        public void run() {
            var job = JsonNodeFactory.instance.objectNode().put("id", "1f0c").put("state", state);
            new RunningJob(terminal, new EngineClient(connection)).leave("1f0c", job);
        }
    }

    private String leave(String state) {
        var terminal = Terminal.of(
                new ByteArrayInputStream(new byte[0]),
                new ByteArrayOutputStream(),
                err,
                Map.of("SLUICE_ADMIN", engine.url()));
        SluiceCommand.commandLine(terminal, new Left(terminal, state)).execute("left");
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void endsTheJobAndSaysSo() {
        engine.answer(CANCEL, 200, "{\"id\":\"1f0c\",\"state\":\"RUNNING\"}");

        assertThat(leave("RUNNING")).startsWith("\njob 1f0c ends with what it is at; what it did stays done");
        assertThat(engine.onlyRequest().path()).isEqualTo("/admin/v1/jobs/1f0c/cancel");
    }

    @Test
    void saysThatTheJobGoesOnAndHowToEndItWhenTheEngineCannotBeTold() {
        engine.close();

        assertThat(leave("RUNNING")).contains("job 1f0c goes on there").contains("sluice dlq cancel 1f0c");
    }

    @Test
    void leavesAJobAloneThatHasEnded() {
        assertThat(leave("DONE")).isEmpty();
        assertThat(engine.requests()).isEmpty();
    }
}
