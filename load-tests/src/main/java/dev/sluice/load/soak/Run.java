package dev.sluice.load.soak;

/**
 * A line of the ledger of runs: a run of an event began, or ended well. All engines append to one file, so that the
 * order of its lines is the order of what happened.
 *
 * @param phase which of both
 * @param event what runs
 * @param pid the process that runs it
 * @param instance the instance of the function in it
 * @param atMillis wall clock
 */
record Run(Phase phase, SoakEvent event, long pid, int instance, long atMillis) {
    /** What happened to the run. */
    enum Phase {
        BEGAN,
        ENDED
    }

    String line() {
        return (phase == Phase.BEGAN ? "B " : "E ") + event.id() + " " + event.key() + " " + event.seq() + " " + pid
                + " " + instance + " " + atMillis;
    }

    /** Reads a line; fails when it is none. */
    static Run of(String line) {
        var parts = line.split(" ", -1);
        if (parts.length != 7 || !(parts[0].equals("B") || parts[0].equals("E"))) {
            throw new IllegalArgumentException("no line of a ledger of runs: '" + line + "'");
        }
        var event = new SoakEvent(Integer.parseInt(parts[2]), Integer.parseInt(parts[3]));
        if (!event.id().equals(parts[1])) {
            throw new IllegalArgumentException("id, key and number do not fit in '" + line + "'");
        }
        return new Run(
                parts[0].equals("B") ? Phase.BEGAN : Phase.ENDED,
                event,
                Long.parseLong(parts[4]),
                Integer.parseInt(parts[5]),
                Long.parseLong(parts[6]));
    }
}
