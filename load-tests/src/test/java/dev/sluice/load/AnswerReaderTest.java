package dev.sluice.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerReaderTest {
    private final AnswerReader reader = new AnswerReader();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n",
                "HTTP/1.1 202 Accepted\r\n\r\n",
                "HTTP/1.1 202 Accepted\r\nContent-Length: 12\r\nx: y\r\n\r\nHTTP/1.1 500",
                "HTTP/1.1 202 Accepted\r\ntransfer-encoding: chunked\r\n\r\n5;a=b\r\nab\r\nc\r\nA\r\n0123456789\r\n0\r\n\r\n",
                "HTTP/1.1 202 Accepted\r\ntransfer-encoding: chunked\r\n\r\n0\r\nlast: one\r\n\r\n"
            })
    void findsTheEndOfAnAnswerInPiecesOfAnySize(String answer) throws Exception {
        for (var size = 1; size <= answer.length(); size++) {
            for (var twice = 0; twice < 2; twice++) {
                for (var at = 0; at < answer.length(); at += size) {
                    var end = Math.min(answer.length(), at + size);
                    assertThat(read(answer.substring(at, end)))
                            .as("after %d bytes in pieces of %d", end, size)
                            .isEqualTo(end == answer.length());
                }
                assertThat(reader.status()).isEqualTo(202);
            }
        }
    }

    @Test
    void refusesASecondAnswerThatNobodyAskedFor() {
        assertThatThrownBy(() -> read("HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 2"))
                .isInstanceOf(IOException.class)
                .hasMessage("10 bytes behind the end of an answer");
    }

    @ParameterizedTest
    @ValueSource(strings = {"SSH-2.0\r\n", "HTTP/1.1 abc\r\n", "HTTP/1.1 2\r\n"})
    void refusesWhatIsNoHttp(String answer) {
        assertThatThrownBy(() -> read(answer)).isInstanceOf(IOException.class).hasMessageStartingWith("no HTTP answer");
    }

    private boolean read(String piece) throws IOException {
        return reader.read(ByteBuffer.wrap(piece.getBytes(StandardCharsets.US_ASCII)));
    }
}
