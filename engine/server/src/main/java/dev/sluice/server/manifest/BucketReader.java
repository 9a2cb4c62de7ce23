package dev.sluice.server.manifest;

import dev.sluice.trigger.object.BucketSpec;
import java.net.URI;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code object.s3}. No mistake repeats a key. */
final class BucketReader {
    private static final Pattern BUCKET = Pattern.compile("[A-Za-z0-9._-]{3,255}");
    private static final Pattern REGION = Pattern.compile("[a-z0-9-]{1,40}");
    private static final Pattern ENDPOINT = Pattern.compile("https?://[A-Za-z0-9.\\[\\]:_-]+/?");
    private static final String REGION_STANDARD = "us-east-1";

    private final Section section;
    private final Variables variables;

    BucketReader(Section section, Variables variables) {
        this.section = section;
        this.variables = variables;
    }

    /** The bucket; null, with mistakes told, when it is not clear. */
    @Nullable
    BucketSpec read() {
        var before = section.mistakes().count();
        var bucket = section.required("bucket", "the name of the bucket");
        if (!bucket.isEmpty() && !BUCKET.matcher(bucket).matches()) {
            section.mistake("bucket", "must be 3 to 255 of letters, digits, dot, dash and underscore");
        }
        var prefix = section.text("prefix").orElse("");
        var include = Patterns.included(section);
        var exclude = Patterns.at(section, "exclude");
        var endpoint = section.matching("endpoint", ENDPOINT, "must be a URL without a path, such as http://minio:9000")
                .map(URI::create)
                .orElse(null);
        var region = section.matching("region", REGION, "must be a region, such as eu-central-1")
                .orElse(REGION_STANDARD);
        var credentials = credentials();
        section.end();
        return section.mistakes().count() > before
                ? null
                : new BucketSpec(bucket, prefix, include, exclude, endpoint, region, credentials);
    }

    private BucketSpec.@Nullable Credentials credentials() {
        if (!section.has("access-key") && !section.has("secret-key")) {
            return null;
        }
        return new BucketSpec.Credentials(secret("access-key"), secret("secret-key"));
    }

    private String secret(String key) {
        if (!section.has(key)) {
            section.required(key, "access-key and secret-key belong together, such as \"${S3_KEY}\"");
            return "";
        }
        var filled = variables.fill(section.text(key).orElse(""));
        filled.mistakes().forEach(rule -> section.mistakeWithoutValue(key, rule));
        return filled.text();
    }
}
