package dev.sluice.load.soak;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/**
 * A TCP proxy that hurts: it delays what passes, swallows one direction or both while the connections stay open, or
 * resets them. It holds nothing but what is delayed, and reads no faster than the other side takes.
 */
// Futures of Netty's whose result nobody needs: a connection that fails is closed, and that is told by its close
// future.
@SuppressWarnings("FutureReturnValueIgnored")
final class TcpProxy implements AutoCloseable {
    private static final int END_SECONDS = 5;

    /** What it does to what passes. */
    enum Fault {
        NONE,
        LATENCY,
        BLACK_HOLE_TO_SERVER,
        BLACK_HOLE_TO_CLIENT,
        BLACK_HOLE
    }

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Set<Channel> connections = ConcurrentHashMap.newKeySet();
    private final Channel listening;
    private final IntSupplier target;
    private volatile Fault fault = Fault.NONE;
    private volatile int latencyMillis;

    /** @param target the port on this machine that every connection is taken to, asked for each */
    TcpProxy(IntSupplier target) {
        this.target = target;
        listening = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel client) {
                        join(client);
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    /** Where clients connect. */
    int port() {
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }

    /** From now on does this to what passes, on connections that are open too. */
    void set(Fault next) {
        fault = next;
    }

    /** From now on delays all that passes, both ways. */
    void delay(int millis) {
        latencyMillis = millis;
        fault = Fault.LATENCY;
    }

    /** Resets every open connection. */
    void reset() {
        // There is one loop. In one turn of it, so that no end of one side closes the other before it is told to reset.
        loops.execute(() -> {
            var open = connections.stream().filter(Channel::isActive).toList();
            open.forEach(connection -> connection.config().setOption(ChannelOption.SO_LINGER, 0));
            open.forEach(Channel::close);
        });
    }

    private void join(Channel client) {
        var port = target.getAsInt();
        new Bootstrap()
                .group(client.eventLoop())
                .channel(NioSocketChannel.class)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel server) {
                        server.pipeline().addLast(new Pipe(client, Fault.BLACK_HOLE_TO_CLIENT));
                    }
                })
                .connect(InetAddress.getLoopbackAddress(), port)
                .addListener((ChannelFutureListener) connected -> {
                    if (!connected.isSuccess()) {
                        client.close();
                        return;
                    }
                    var server = connected.channel();
                    client.pipeline().addLast(new Pipe(server, Fault.BLACK_HOLE_TO_SERVER));
                    watch(client);
                    watch(server);
                    client.read();
                    server.read();
                });
    }

    private void watch(Channel connection) {
        connections.add(connection);
        connection.closeFuture().addListener(closed -> connections.remove(connection));
    }

    @Override
    public void close() {
        listening.close().syncUninterruptibly();
        connections.forEach(Channel::close);
        loops.shutdownGracefully(0, END_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly(END_SECONDS, TimeUnit.SECONDS);
    }

    /** One direction of a connection. */
    private final class Pipe extends ChannelInboundHandlerAdapter {
        private final Channel to;
        private final Fault swallowing;
        private boolean swallowed;

        Pipe(Channel to, Fault swallowing) {
            this.to = to;
            this.swallowing = swallowing;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            var now = fault;
            if (now == swallowing || now == Fault.BLACK_HOLE || swallowed) {
                // Bytes that are missing can't be made up for: what follows on this connection is lost too.
                swallowed = true;
                ReferenceCountUtil.release(message);
                context.channel().read();
            } else if (now == Fault.LATENCY) {
                context.executor()
                        .schedule(() -> pass(context, (ByteBuf) message), latencyMillis, TimeUnit.MILLISECONDS);
            } else {
                pass(context, (ByteBuf) message);
            }
        }

        private void pass(ChannelHandlerContext context, ByteBuf bytes) {
            to.writeAndFlush(bytes).addListener((ChannelFutureListener) written -> {
                if (written.isSuccess()) {
                    context.channel().read();
                } else {
                    context.close();
                }
            });
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            // A hole swallows the end of a connection too; the other side finds out by itself.
            if (!swallowed) {
                to.close();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }
}
