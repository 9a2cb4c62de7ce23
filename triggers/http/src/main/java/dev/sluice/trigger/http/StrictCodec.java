package dev.sluice.trigger.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.CombinedChannelDuplexHandler;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;

/**
 * Netty's codec for HTTP/1.1, and two things that only the codec can see: folded header lines, which it would join
 * where another parser begins a new line, and when a request begins and ends, which the time-outs go by.
 */
final class StrictCodec extends CombinedChannelDuplexHandler<StrictCodec.Decoder, StrictCodec.Encoder> {
    StrictCodec(HttpDecoderConfig config, Conversation conversation) {
        super(new Decoder(config, conversation), new Encoder(conversation));
    }

    static final class Decoder extends HttpRequestDecoder {
        private static final byte LINE_FEED = '\n';

        private final Conversation conversation;
        private boolean inHead = true;
        private boolean lineEnded;
        private boolean folded;

        Decoder(HttpDecoderConfig config, Conversation conversation) {
            super(config);
            this.conversation = conversation;
        }

        @Override
        protected void decode(ChannelHandlerContext context, ByteBuf buffer, List<Object> out) throws Exception {
            conversation.bytesCame(System.nanoTime());
            var from = buffer.readerIndex();
            var before = out.size();
            super.decode(context, buffer, out);
            if (inHead) {
                folded = folded || hasFold(buffer, from, buffer.readerIndex());
                noteHead(out, before);
            }
            noteEnd(out, before);
        }

        /** Whether one of the lines that were consumed begins with white space. */
        private boolean hasFold(ByteBuf buffer, int from, int to) {
            if (to == from) {
                return false;
            }
            if (lineEnded && isBlank(buffer.getByte(from))) {
                return true;
            }
            var feed = buffer.indexOf(from, to, LINE_FEED);
            while (feed >= 0 && feed + 1 < to) {
                if (isBlank(buffer.getByte(feed + 1))) {
                    return true;
                }
                feed = buffer.indexOf(feed + 1, to, LINE_FEED);
            }
            lineEnded = buffer.getByte(to - 1) == LINE_FEED;
            return false;
        }

        private static boolean isBlank(byte c) {
            return c == ' ' || c == '\t';
        }

        private void noteHead(List<Object> out, int before) {
            for (var i = before; i < out.size(); i++) {
                if (out.get(i) instanceof HttpRequest request) {
                    inHead = false;
                    lineEnded = false;
                    conversation.requestBegan(HttpMethod.HEAD.equals(request.method()));
                    if (folded && request.decoderResult().isSuccess()) {
                        request.setDecoderResult(
                                DecoderResult.failure(new IllegalArgumentException("a header line is folded")));
                    }
                }
            }
        }

        private void noteEnd(List<Object> out, int before) {
            for (var i = before; i < out.size(); i++) {
                if (out.get(i) instanceof LastHttpContent) {
                    inHead = true;
                    conversation.requestEnded(System.nanoTime());
                }
            }
        }
    }

    static final class Encoder extends HttpResponseEncoder {
        private final Conversation conversation;

        Encoder(Conversation conversation) {
            this.conversation = conversation;
        }

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) throws Exception {
            super.write(context, message, promise);
            if (message instanceof LastHttpContent && !isInformational(message)) {
                conversation.answerEnded(System.nanoTime());
            }
        }

        private static boolean isInformational(Object message) {
            return message instanceof HttpResponse response
                    && response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
        }

        @Override
        protected boolean isContentAlwaysEmpty(HttpResponse response) {
            if (isInformational(response)) {
                return super.isContentAlwaysEmpty(response);
            }
            return conversation.answerBegan() || super.isContentAlwaysEmpty(response);
        }
    }
}
