package dev.sluice.load.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.load.soak.TcpProxy.Fault;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TcpProxyTest {
    private static final int DEAF_MILLIS = 300;

    private ServerSocket echo;
    private TcpProxy proxy;

    @BeforeEach
    void open() throws IOException {
        echo = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        var thread = new Thread(() -> {
            try {
                while (true) {
                    var client = echo.accept();
                    var answering = new Thread(() -> answer(client));
                    answering.setDaemon(true);
                    answering.start();
                }
            } catch (IOException e) {
                // The test is over.
            }
        });
        thread.setDaemon(true);
        thread.start();
        proxy = new TcpProxy(echo::getLocalPort);
    }

    private static void answer(Socket client) {
        try (client) {
            client.getInputStream().transferTo(client.getOutputStream());
        } catch (IOException e) {
            // Cut, as some tests want it.
        }
    }

    @AfterEach
    void end() throws IOException {
        proxy.close();
        echo.close();
    }

    @Test
    void passesBothWays() throws IOException {
        try (var client = connect()) {
            assertThat(echoed(client, 1)).isEqualTo(1);
            assertThat(echoed(client, 2)).isEqualTo(2);
        }
    }

    @Test
    void delaysWhatPasses() throws IOException {
        try (var client = connect()) {
            assertThat(echoed(client, 1)).isEqualTo(1);
            proxy.delay(100);
            var began = System.nanoTime();

            assertThat(echoed(client, 2)).isEqualTo(2);

            assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(200_000_000L);
        }
    }

    @Test
    void swallowsOneDirectionAndLeavesTheConnectionOpen() throws IOException {
        for (var fault : new Fault[] {Fault.BLACK_HOLE_TO_SERVER, Fault.BLACK_HOLE_TO_CLIENT, Fault.BLACK_HOLE}) {
            proxy.set(Fault.NONE);
            try (var client = connect()) {
                assertThat(echoed(client, 1)).isEqualTo(1);
                proxy.set(fault);
                client.setSoTimeout(DEAF_MILLIS);

                assertThatThrownBy(() -> echoed(client, 2)).isInstanceOf(SocketTimeoutException.class);
            }
        }
    }

    @Test
    void resetsWhatIsOpenAndTakesNewConnections() throws IOException {
        try (var client = connect()) {
            assertThat(echoed(client, 1)).isEqualTo(1);

            proxy.reset();

            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class);
        }
        try (var client = connect()) {
            assertThat(echoed(client, 3)).isEqualTo(3);
        }
    }

    @Test
    void resetsWhileConnectionsCloseByThemselves() throws IOException {
        for (var i = 0; i < 100; i++) {
            try (var client = connect()) {
                assertThat(echoed(client, 1)).isEqualTo(1);
            }
            proxy.reset();
        }
        try (var client = connect()) {
            assertThat(echoed(client, 2)).isEqualTo(2);
        }
    }

    private Socket connect() throws IOException {
        var client = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        client.setSoTimeout(10_000);
        return client;
    }

    private static int echoed(Socket client, int value) throws IOException {
        client.getOutputStream().write(value);
        return client.getInputStream().read();
    }
}
