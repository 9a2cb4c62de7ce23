package dev.sluice.load;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Has the tools that people use for HTTP publish to an engine: {@code curl} in every mode, and {@code wrk} under load. */
final class InteropTools {
    private static final int RUN_MAX_SECONDS = 30;
    private static final Duration LOAD = Duration.ofSeconds(2);
    private static final String STRUCTURED =
            "{\"specversion\":\"1.0\",\"id\":\"c-1\",\"source\":\"/curl\",\"type\":\"t\"}";

    private final Lab lab;
    private final URI ingress;
    private int failed;

    private InteropTools(Lab lab, URI ingress) {
        this.lab = lab;
        this.ingress = ingress;
    }

    /** Does all checks, a line each on stdout, and returns how many failed. A tool that is missing is left out, and said so. */
    static int check(Lab lab, URI ingress) throws InterruptedException {
        var tools = new InteropTools(lab, ingress);
        tools.curl();
        tools.wrk();
        return tools.failed;
    }

    private void curl() throws InterruptedException {
        var headers = List.of("ce-specversion: 1.0", "ce-id: c-0", "ce-source: /curl", "ce-type: t");
        curl("publishes in binary mode", "/topics/in", headers, "hello", "202");
        curl("publishes in structured mode", "/topics/in", json("cloudevents+json"), STRUCTURED, "202");
        curl("publishes a batch", "/topics/in", json("cloudevents-batch+json"), "[" + STRUCTURED + "]", "202");
        curl("calls a function", "/functions/echo", json("cloudevents+json"), STRUCTURED, "200");
        curl("is told of a bad event", "/topics/in", json("cloudevents+json"), "{}", "400");
    }

    private static List<String> json(String type) {
        return List.of("content-type: application/" + type);
    }

    private void curl(String what, String path, List<String> headers, String body, String status)
            throws InterruptedException {
        var command = new ArrayList<>(List.of("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "-d", body));
        headers.forEach(header -> command.addAll(List.of("-H", header)));
        command.add(ingress + path);
        try {
            var process = lab.start(new ProcessBuilder(command).redirectErrorStream(true));
            var answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor(RUN_MAX_SECONDS, TimeUnit.SECONDS);
            tell("curl " + what, answer.equals(status) ? "" : "answered " + answer + ", expected " + status);
        } catch (IOException missing) {
            System.out.println("skip  curl " + what + ": curl can't be run here");
        }
    }

    private void wrk() throws InterruptedException {
        try {
            Wrk.mustBeThere(lab);
        } catch (BenchException missing) {
            System.out.println("skip  wrk publishes in binary mode: " + missing.getMessage());
            return;
        }
        try {
            var request = lab.write("interop.request", SampleEvent.binaryRequest());
            var load = new Wrk(lab, "interop", ingress + "/topics/in", request, 202);
            load.warmUp(LOAD);
            tell("wrk publishes in binary mode, every answer 202", "");
        } catch (BenchException | IOException e) {
            tell("wrk publishes in binary mode, every answer 202", String.valueOf(e.getMessage()));
        }
    }

    private void tell(String what, String wrong) {
        failed += wrong.isEmpty() ? 0 : 1;
        System.out.println(wrong.isEmpty() ? "ok    " + what : "FAIL  " + what + ": " + wrong);
    }
}
