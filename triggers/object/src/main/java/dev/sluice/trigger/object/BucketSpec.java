package dev.sluice.trigger.object;

import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which objects of an S3 bucket have events. Immutable.
 *
 * @param bucket its name
 * @param prefix that keys must begin with; empty for all
 * @param include patterns of which one must match; none: all objects
 * @param exclude patterns of which none may match
 * @param endpoint of a store that is not AWS's, whose buckets are then named by the path; null for AWS
 * @param region of the bucket
 * @param credentials with which it is read; null for those that AWS's tools find, in the environment first
 */
public record BucketSpec(
        String bucket,
        String prefix,
        List<String> include,
        List<String> exclude,
        @Nullable URI endpoint,
        String region,
        @Nullable Credentials credentials) {
    /** Checks patterns. */
    public BucketSpec {
        include = List.copyOf(include);
        exclude = List.copyOf(exclude);
        new Patterns(include, exclude);
    }

    /** An access key and its secret, which no output shows. */
    public record Credentials(String accessKey, String secretKey) {
        /** The mask, whatever they are. */
        @Override
        public String toString() {
            return "********";
        }
    }
}
