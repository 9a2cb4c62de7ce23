package dev.sluice.samples.orders;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;

class ShipTest {
    private final Ship ship = new Ship();

    @Test
    void packsTenPiecesPerParcel() {
        assertThat(ship.apply(invoice("A-1", 10)).parcels()).isEqualTo(1);
        assertThat(ship.apply(invoice("A-1", 11)).parcels()).isEqualTo(2);
    }

    @Test
    void booksTheSameParcelWhenAnInvoiceComesAgain() {
        var first = ship.apply(invoice("A-2", 3));

        assertThat(ship.apply(invoice("A-2", 3))).isEqualTo(first);
        assertThat(ship.apply(invoice("A-3", 3)).tracking()).isNotEqualTo(first.tracking());
    }

    private static Invoice invoice(String order, int pieces) {
        return new Invoice(order, "ada", pieces, "EUR", BigDecimal.TEN, BigDecimal.ONE, new BigDecimal("11"));
    }
}
