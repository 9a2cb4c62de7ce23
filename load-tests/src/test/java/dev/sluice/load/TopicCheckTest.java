package dev.sluice.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

class TopicCheckTest {
    @Test
    void countsWhatGroupsHaveNotSettled() throws JsonProcessingException {
        assertThat(TopicCheck.openEvents(topic("[{'partitions':[{'position':3,'end':5},{'position':7,'end':7}]}]")))
                .isEqualTo(2);
        assertThat(TopicCheck.openEvents(topic("[{'partitions':[{'position':7,'end':7}]}]")))
                .isZero();
    }

    @Test
    void failsWhenNobodyReadsOrNothingCame() throws JsonProcessingException {
        var unread = topic("[]");
        var empty = topic("[{'partitions':[{'position':0,'end':0}]}]");

        assertThatThrownBy(() -> TopicCheck.openEvents(unread)).hasMessage("topic 'load' is read by no group");
        assertThatThrownBy(() -> TopicCheck.openEvents(empty)).hasMessage("topic 'load' got no event");
    }

    private static JsonNode topic(String groups) throws JsonProcessingException {
        return new ObjectMapper().readTree(("{'topic':'load','groups':" + groups + "}").replace('\'', '"'));
    }
}
