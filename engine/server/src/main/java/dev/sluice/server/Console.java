package dev.sluice.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The console: static files of the class path folder {@code console}. The page may run its own scripts and styles and
 * talk to this server, and nothing else; what stands inline in it is allowed by its hash.
 */
final class Console {
    private static final Pattern FILE = Pattern.compile("[a-z0-9][a-z0-9-]{0,60}\\.(css|js|svg|png|ico)");
    private static final Pattern INLINE_SCRIPT = Pattern.compile("<script>(.*?)</script>", Pattern.DOTALL);
    private static final Pattern INLINE_STYLE = Pattern.compile("<style>(.*?)</style>", Pattern.DOTALL);

    private Console() {}

    /** The page, or a file beside it; empty when there is none. Blocks while it reads. */
    static Optional<Reply> file(String path) {
        var name = path.equals("/") ? "index.html" : path.substring(1);
        if (!name.equals("index.html") && !FILE.matcher(name).matches()) {
            return Optional.empty();
        }
        try (var in = Console.class.getResourceAsStream("/console/" + name)) {
            return in == null ? Optional.empty() : Optional.of(reply(name, in.readAllBytes()));
        } catch (IOException e) {
            throw new UncheckedIOException("console file " + name + " can't be read", e);
        }
    }

    private static Reply reply(String name, byte[] bytes) {
        var reply = new Reply(200, contentType(name), bytes, Map.of())
                .with("Cache-Control", "no-cache")
                .with("Referrer-Policy", "no-referrer");
        return name.endsWith(".html")
                ? reply.with("Content-Security-Policy", policy(new String(bytes, StandardCharsets.UTF_8)))
                : reply;
    }

    private static String contentType(String name) {
        return switch (name.substring(name.lastIndexOf('.') + 1)) {
            case "html" -> "text/html; charset=utf-8";
            case "css" -> "text/css; charset=utf-8";
            case "js" -> "text/javascript; charset=utf-8";
            case "svg" -> "image/svg+xml";
            case "png" -> "image/png";
            default -> "image/x-icon";
        };
    }

    static String policy(String page) {
        return "default-src 'none'; connect-src 'self'; img-src 'self' data:; script-src 'self'"
                + hashes(INLINE_SCRIPT, page)
                + "; style-src 'self'"
                + hashes(INLINE_STYLE, page)
                + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    }

    private static String hashes(Pattern inline, String page) {
        var text = new StringBuilder();
        var found = inline.matcher(page);
        while (found.find()) {
            text.append(" 'sha256-").append(sha256(found.group(1))).append('\'');
        }
        return text.toString();
    }

    private static String sha256(String text) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
