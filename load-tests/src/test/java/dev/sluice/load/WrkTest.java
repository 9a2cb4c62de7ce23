package dev.sluice.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WrkTest {
    private Lab lab;
    private Wrk wrk;

    @BeforeEach
    void open() throws Exception {
        lab = new Lab();
        wrk = new Wrk(lab, "engine", "http://127.0.0.1:1/", lab.file("request"), 202);
    }

    @AfterEach
    void close() {
        lab.close();
    }

    @Test
    void readsTheRateFromTheScriptsLine() {
        assertThat(wrk.rate(
                        "Running 2s test\nresult requests=100 micros=2000000 failed=0 broken=0 other=0 p50=5 p99=9\n"))
                .isEqualTo(50);
    }

    @Test
    void failsWhenAnAnswerWasNotAsItHasToBe() {
        assertThatThrownBy(() -> wrk.rate("result requests=100 micros=1 failed=3 broken=1 other=2 p50=5 p99=9\n"))
                .isInstanceOf(BenchException.class)
                .hasMessage("engine: of 100 answers 3 were failures, 2 others were not 202, and 1 requests broke");
    }

    @Test
    void failsWhenNothingWasAnswered() {
        assertThatThrownBy(() -> wrk.rate("result requests=0 micros=1 failed=0 broken=0 other=0 p50=0 p99=0\n"))
                .isInstanceOf(BenchException.class);
        assertThatThrownBy(() -> wrk.rate("unable to connect"))
                .isInstanceOf(BenchException.class)
                .hasMessageContaining("unable to connect");
    }
}
