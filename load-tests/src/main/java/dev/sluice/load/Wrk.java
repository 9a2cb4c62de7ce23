package dev.sluice.load;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * One side of an HTTP figure: {@code wrk} posts the same request over 64 connections. During the warm-up every answer
 * is looked at; in the rounds, where looking would cost the load generator time, statuses from 400 on and broken
 * connections are counted.
 */
final class Wrk implements Duel.Side<Double> {
    static final int CONNECTIONS = 64;

    private static final int ANSWER_SECONDS = 20;
    private static final int GRACE_SECONDS = 30;
    private static final Pattern RESULT = Pattern.compile(
            "(?s).*result requests=(\\d+) micros=(\\d+) failed=(\\d+) broken=(\\d+) other=(\\d+) p50=(\\d+) p99=(\\d+).*");

    private final Lab lab;
    private final String name;
    private final String url;
    private final Path request;
    private final int status;
    private final Path script;

    /**
     * @param request a file: header lines, an empty line, the body
     * @param status what every answer has to be
     */
    Wrk(Lab lab, String name, String url, Path request, int status) throws IOException {
        this.lab = lab;
        this.name = name;
        this.url = url;
        this.request = request;
        this.status = status;
        script = lab.resource("post.lua");
    }

    /** Fails, and says how to get it, when there is no wrk on this machine. */
    static void mustBeThere(Lab lab) throws InterruptedException {
        try {
            var process = lab.start(new ProcessBuilder("wrk", "-v").redirectErrorStream(true));
            process.getInputStream().readAllBytes();
            process.waitFor();
        } catch (IOException e) {
            throw new BenchException(
                    "wrk is missing: it makes the HTTP load. Debian and Ubuntu: apt-get install wrk", e);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void warmUp(Duration time) throws IOException, InterruptedException {
        run(time, "check");
    }

    /** Requests per second. */
    @Override
    public Double measure(Duration time) throws IOException, InterruptedException {
        return run(time, "fast");
    }

    private double run(Duration time, String mode) throws IOException, InterruptedException {
        var command = List.of(
                "wrk",
                "-t1",
                "-c" + CONNECTIONS,
                "-d" + Math.max(1, time.toSeconds()) + "s",
                // An answer that takes longer counts as broken; a machine under other load takes seconds at times.
                "--timeout",
                ANSWER_SECONDS + "s",
                "-s",
                script.toString(),
                url,
                "--",
                request.toString(),
                mode,
                Integer.toString(status));
        var process = lab.start(new ProcessBuilder(command).redirectErrorStream(true));
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(time.toSeconds() + GRACE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        return rate(output);
    }

    /** Requests per second from what the script printed; fails when an answer was not what it has to be. */
    double rate(String output) {
        var matcher = RESULT.matcher(output);
        if (!matcher.matches()) {
            throw new BenchException("wrk against " + name + " gave no result: " + output.strip());
        }
        var requests = Long.parseLong(matcher.group(1));
        var bad = Long.parseLong(matcher.group(3));
        var broken = Long.parseLong(matcher.group(4));
        var other = Long.parseLong(matcher.group(5));
        if (requests == 0 || bad + broken + other > 0) {
            throw new BenchException(String.format(
                    Locale.ROOT,
                    "%s: of %d answers %d were failures, %d others were not %d, and %d requests broke",
                    name,
                    requests,
                    bad,
                    other,
                    status,
                    broken));
        }
        return requests * 1e6 / Long.parseLong(matcher.group(2));
    }
}
