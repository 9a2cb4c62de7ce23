package dev.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeedTest {
    private static final String EVENT = "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"/s\",\"type\":\"t\"}\n";

    @TempDir
    Path folder;

    @Test
    void readsTheTopicFromTheFileNameAndSkipsBlankLines() throws Exception {
        write("orders.jsonl", EVENT.formatted(1) + "\n" + EVENT.formatted(2));
        write("a.b.jsonl", EVENT.formatted(3));
        write("README.md", "not fed");

        var feed = Feed.read(folder);

        assertThat(feed.events()).extracting(Feed.Sample::topic).containsExactly("a.b", "orders", "orders");
        assertThat(feed.events()).extracting(sample -> sample.event().getId()).containsExactly("3", "1", "2");
    }

    @Test
    void namesFileAndLineOfWhatIsNoEvent() throws Exception {
        write("orders.jsonl", EVENT.formatted(1) + "{\"specversion\":\"1.0\"}\n");

        assertThatThrownBy(() -> Feed.read(folder))
                .isInstanceOf(Feed.InvalidFeedException.class)
                .hasMessageContaining("orders.jsonl:2: ");
    }

    @Test
    void hasNoEventsWithoutAFolder() throws Exception {
        assertThat(Feed.read(folder.resolve("none")).events()).isEmpty();
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }
}
