package dev.sluice.broker.memory;

/** Which member of a group reads which partition. Members are numbers, in the order they joined. Pure. */
final class Assignment {
    private static final int NOBODY = -1;

    private Assignment() {}

    /**
     * Shares the partitions out so that no member has two more than another, and moves as few as that takes.
     *
     * @param owners the present owner per partition; -1 when it is free
     * @param members how many there are
     * @return the owner per partition from now on; -1 for all when there is no member
     */
    static int[] balance(int[] owners, int members) {
        var next = owners.clone();
        if (members == 0) {
            return next;
        }
        var shares = new int[members];
        for (var owner : next) {
            if (owner != NOBODY) {
                shares[owner]++;
            }
        }
        for (var p = 0; p < next.length; p++) {
            if (next[p] == NOBODY) {
                give(next, p, least(shares), shares);
            }
        }
        for (var from = most(shares); shares[from] - shares[least(shares)] > 1; from = most(shares)) {
            shares[from]--;
            give(next, lastOf(next, from), least(shares), shares);
        }
        return next;
    }

    private static void give(int[] owners, int partition, int to, int[] shares) {
        owners[partition] = to;
        shares[to]++;
    }

    private static int least(int[] shares) {
        var least = 0;
        for (var m = 1; m < shares.length; m++) {
            if (shares[m] < shares[least]) {
                least = m;
            }
        }
        return least;
    }

    private static int most(int[] shares) {
        var most = 0;
        for (var m = 1; m < shares.length; m++) {
            if (shares[m] > shares[most]) {
                most = m;
            }
        }
        return most;
    }

    private static int lastOf(int[] owners, int owner) {
        var p = owners.length - 1;
        while (owners[p] != owner) {
            p--;
        }
        return p;
    }
}
