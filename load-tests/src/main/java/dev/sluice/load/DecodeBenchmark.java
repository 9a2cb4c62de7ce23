package dev.sluice.load;

import io.cloudevents.CloudEvent;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Decoding one 1 KiB event, ours and the CloudEvents SDK's, left alone or read with every getter. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class DecodeBenchmark {
    private final Decoders decoders = new Decoders();

    /** Binary headers. */
    @Benchmark
    public CloudEvent binary() {
        return decoders.binary();
    }

    /** Binary headers by the SDK. */
    @Benchmark
    public CloudEvent binarySdk() {
        return decoders.sdkBinary();
    }

    /** Structured JSON. */
    @Benchmark
    public CloudEvent structured() {
        return decoders.structured();
    }

    /** Structured JSON by the SDK. */
    @Benchmark
    public CloudEvent structuredSdk() {
        return decoders.sdkStructured();
    }

    /** Binary headers, then every getter. */
    @Benchmark
    public int binaryRead() {
        return Decoders.readAll(decoders.binary());
    }

    /** Binary headers by the SDK, then every getter. */
    @Benchmark
    public int binaryReadSdk() {
        return Decoders.readAll(decoders.sdkBinary());
    }

    /** Structured JSON, then every getter. */
    @Benchmark
    public int structuredRead() {
        return Decoders.readAll(decoders.structured());
    }

    /** Structured JSON by the SDK, then every getter. */
    @Benchmark
    public int structuredReadSdk() {
        return Decoders.readAll(decoders.sdkStructured());
    }

    /** Kafka headers. */
    @Benchmark
    public CloudEvent kafka() {
        return decoders.kafka();
    }

    /** Kafka headers by the SDK. */
    @Benchmark
    public CloudEvent kafkaSdk() {
        return decoders.sdkKafka();
    }
}
