package dev.sluice.samples.orders;

import io.cloudevents.CloudEvent;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts invoices, batch by batch, and says when one comes twice: delivery is at least once, and an event's source
 * and id tell a repeat from a new one. Remembers the last 10,000.
 */
public final class Audit implements Consumer<List<CloudEvent>> {
    private static final Logger LOG = LoggerFactory.getLogger(Audit.class);
    private static final int REMEMBERED_MAX = 10_000;

    private final Set<String> seen = Collections.synchronizedSet(Collections.newSetFromMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > REMEMBERED_MAX;
        }
    }));

    @Override
    public void accept(List<CloudEvent> invoices) {
        var repeats = 0;
        for (var invoice : invoices) {
            if (!seen.add(invoice.getSource() + " " + invoice.getId())) {
                repeats++;
            }
        }
        LOG.info("audited {} invoices, {} of them seen before", invoices.size(), repeats);
    }

    /** Different invoices that it remembers. */
    int remembered() {
        return seen.size();
    }
}
