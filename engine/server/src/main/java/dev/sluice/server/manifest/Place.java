package dev.sluice.server.manifest;

/**
 * Where something stands in a manifest.
 *
 * @param file the file as named on the command line
 * @param line from 1; 0 when the file as a whole is meant
 * @param column from 1; 0 when the file as a whole is meant
 */
public record Place(String file, int line, int column) {
    /** The file as a whole. */
    static Place file(String file) {
        return new Place(file, 0, 0);
    }

    /** {@code file:line:column}, the form that editors jump to. */
    @Override
    public String toString() {
        return line == 0 ? file : file + ":" + line + ":" + column;
    }
}
