package dev.sluice.trigger.object;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/** A bucket, through AWS's own client, which signs requests and tries them again. */
final class S3Bucket implements BucketClient {
    private static final Duration CALL_MAX = Duration.ofSeconds(30);
    private static final Duration CONNECT_MAX = Duration.ofSeconds(5);
    private static final int PAGE = 1_000;

    private final BucketSpec spec;
    private final S3Client client;

    S3Bucket(BucketSpec spec) {
        this.spec = spec;
        var building = S3Client.builder()
                .region(Region.of(spec.region()))
                .credentialsProvider(credentials(spec.credentials()))
                .httpClientBuilder(UrlConnectionHttpClient.builder()
                        .connectionTimeout(CONNECT_MAX)
                        .socketTimeout(CALL_MAX))
                .overrideConfiguration(config -> config.apiCallTimeout(CALL_MAX));
        var endpoint = spec.endpoint();
        if (endpoint != null) {
            building.endpointOverride(endpoint).forcePathStyle(true);
        }
        this.client = building.build();
    }

    private static AwsCredentialsProvider credentials(BucketSpec.@Nullable Credentials given) {
        return given == null
                ? DefaultCredentialsProvider.builder().build()
                : StaticCredentialsProvider.create(AwsBasicCredentials.create(given.accessKey(), given.secretKey()));
    }

    @Override
    public Page list(@Nullable String token, @Nullable String after) throws IOException {
        var request = ListObjectsV2Request.builder()
                .bucket(spec.bucket())
                .prefix(spec.prefix().isEmpty() ? null : spec.prefix())
                .maxKeys(PAGE)
                .continuationToken(token)
                .startAfter(token == null ? after : null)
                .build();
        try {
            var answer = client.listObjectsV2(request);
            var objects = answer.contents().stream().map(S3Bucket::listed).toList();
            var more = Boolean.TRUE.equals(answer.isTruncated());
            return new Page(objects, more ? answer.nextContinuationToken() : null);
        } catch (NoSuchBucketException e) {
            throw new IOException(bucket() + " is not there", e);
        } catch (S3Exception e) {
            throw new IOException(bucket() + " can't be listed: " + reason(e), e);
        } catch (SdkException e) {
            throw new IOException(bucket() + " can't be reached: " + e.getMessage(), e);
        }
    }

    private static String reason(S3Exception error) {
        var details = error.awsErrorDetails();
        var code = details == null ? null : details.errorCode();
        return "status " + error.statusCode() + (code == null ? "" : ", " + code);
    }

    private String bucket() {
        URI endpoint = spec.endpoint();
        return "bucket '" + spec.bucket() + "'"
                + (endpoint == null ? " of region " + spec.region() : " at " + endpoint);
    }

    private static Listed listed(S3Object object) {
        var modified = object.lastModified() == null ? Instant.EPOCH : object.lastModified();
        var nanos = TimeUnit.SECONDS.toNanos(modified.getEpochSecond()) + modified.getNano();
        var etag = object.eTag() == null ? "" : object.eTag().replace("\"", "");
        return new Listed(object.key(), object.size() == null ? 0 : object.size(), nanos, etag);
    }

    @Override
    public void close() {
        client.close();
    }
}
