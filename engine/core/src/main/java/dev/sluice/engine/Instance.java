package dev.sluice.engine;

/** One handler object with its slots. Written by the dispatcher's loop only. */
final class Instance {
    final Handler handler;
    private final int slots;
    private int leased;

    Instance(Handler handler, int slots) {
        this.handler = handler;
        this.slots = slots;
    }

    int leased() {
        return leased;
    }

    int free() {
        return slots - leased;
    }

    void lease() {
        leased++;
    }

    void giveBack() {
        leased--;
    }
}
