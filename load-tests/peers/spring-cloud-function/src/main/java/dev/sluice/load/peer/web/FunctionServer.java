package dev.sluice.load.peer.web;

import java.util.Map;
import java.util.function.Function;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.messaging.Message;

/**
 * Spring Cloud Function over HTTP, on WebFlux and Reactor Netty: a function that answers with the message that it got,
 * under its own name as the path, {@code /echo}. A message rather than its payload, since a CloudEvent's attributes are
 * its headers.
 */
@SpringBootApplication(proxyBeanMethods = false)
public class FunctionServer {
    /** Serves on a free port of the loopback interface, says {@code ready <url>} on stdout, and runs until killed. */
    public static void main(String... args) {
        var application = new SpringApplication(FunctionServer.class);
        application.setDefaultProperties(Map.of(
                "server.address",
                "127.0.0.1",
                "server.port",
                "0",
                "spring.main.banner-mode",
                "off",
                "logging.level.root",
                "error",
                "spring.cloud.function.definition",
                "echo"));
        var port = application.run(args).getEnvironment().getRequiredProperty("local.server.port");
        System.out.println("ready http://127.0.0.1:" + port);
    }

    /** The function. */
    @Bean
    public Function<Message<byte[]>, Message<byte[]>> echo() {
        return message -> message;
    }
}
