package dev.sluice.server;

import dev.sluice.cli.SluiceCommand;

/** The program {@code sluice}: the commands that talk to an engine, and those that start one. */
public final class Main {
    private Main() {}

    /** Runs the command and ends the process with its exit code. */
    public static void main(String[] args) {
        var line = SluiceCommand.commandLine(
                new RunCommand(), new DevCommand(), new ValidateCommand(), new MetersCommand(), new RehearseCommand());
        System.exit(line.execute(args));
    }
}
