package dev.sluice.engine.journal;

/**
 * How much a journal keeps.
 *
 * @param entriesMax entries, 1,024 to 4,194,304; half of them are for failures alone
 * @param bytesMax what they may hold, at least 64 KiB; half of it for failures alone
 * @param rate the share of events, 0 to 1, of which every decision is kept at triggers that get many
 */
public record JournalOptions(int entriesMax, long bytesMax, double rate) {
    /** The least room there is. */
    public static final long BYTES_MIN = 64 << 10;

    private static final long BYTES_DEFAULT = 32L << 20;
    private static final int ENTRIES_DEFAULT = 131_072;

    /** One event in a hundred. */
    public static final double RATE_DEFAULT = 0.01;

    public JournalOptions {
        if (entriesMax < 1_024 || entriesMax > 1 << 22) {
            throw new IllegalArgumentException("journal: entries is " + entriesMax + ": must be 1024 to 4194304");
        }
        if (bytesMax < BYTES_MIN) {
            throw new IllegalArgumentException("journal: size is " + bytesMax + ": must be at least 64 KiB");
        }
        if (!(rate >= 0 && rate <= 1)) {
            throw new IllegalArgumentException("journal: rate is " + rate + ": must be between 0 and 1");
        }
    }

    /** 131,072 entries in 32 MiB, or in a 32nd of the heap when that is less; one event in a hundred. */
    public static JournalOptions defaults() {
        var share = Runtime.getRuntime().maxMemory() / 32;
        return new JournalOptions(ENTRIES_DEFAULT, Math.max(BYTES_MIN, Math.min(BYTES_DEFAULT, share)), RATE_DEFAULT);
    }

    /** The same with another room, in bytes. */
    public JournalOptions withBytesMax(long bytes) {
        return new JournalOptions(entriesMax, bytes, rate);
    }

    /** The same with another share of events. */
    public JournalOptions withRate(double other) {
        return new JournalOptions(entriesMax, bytesMax, other);
    }
}
