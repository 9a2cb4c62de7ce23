package dev.sluice.samples.orders;

import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks for the report of a day. {@code ./sluice run-now morning-report} does not wait for the morning. */
public final class Report implements Consumer<Report.Due> {
    private static final Logger LOG = LoggerFactory.getLogger(Report.class);

    /**
     * What the schedule sends.
     *
     * @param day such as 2026-03-02
     */
    public record Due(String day) {}

    @Override
    public void accept(Due due) {
        LOG.info("the report of {} is due", due.day());
    }
}
