package dev.sluice.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.TimeUnit;

/**
 * Keys of the terminal as they are pressed, without Enter and without showing them. Java has no means for that: {@code
 * stty} sets the terminal, and sets it back. Where there is none, keys come with Enter.
 */
final class Keys implements AutoCloseable {
    private static final int STTY_SECONDS = 2;

    private final InputStream in;
    private final Thread restore = new Thread(() -> stty("icanon echo"));
    private final boolean set;

    private Keys(InputStream in, boolean set) {
        this.in = in;
        this.set = set;
        if (set) {
            Runtime.getRuntime().addShutdownHook(restore);
        }
    }

    static Keys open(InputStream in) {
        return new Keys(in, in == System.in && stty("-icanon -echo"));
    }

    /** Whether q has been pressed since the last time. */
    boolean quits() throws IOException {
        while (in.available() > 0) {
            var key = in.read();
            if (key == 'q' || key == 'Q') {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() {
        if (set) {
            stty("icanon echo");
            try {
                Runtime.getRuntime().removeShutdownHook(restore);
            } catch (IllegalStateException ends) {
                // The process ends already, and sets the terminal once more.
            }
        }
    }

    private static boolean stty(String settings) {
        try {
            var process = new ProcessBuilder("sh", "-c", "stty " + settings + " </dev/tty 2>/dev/null").start();
            return process.waitFor(STTY_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException none) {
            return false;
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
