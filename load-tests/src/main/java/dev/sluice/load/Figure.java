package dev.sluice.load;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Something that can be measured: one goal of the list, in one row or several. */
interface Figure {
    /** Its number in the list of goals. */
    String id();

    /** The numbers of all goals that its rows are for. */
    default List<String> ids() {
        return List.of(id());
    }

    /** What it measures, in a line. */
    String what();

    /** How long it takes. */
    Duration planned(Plan plan);

    /** Measures it. What it starts belongs to the lab. */
    List<Row> measure(Lab lab, Plan plan, Progress progress) throws IOException, InterruptedException;
}
