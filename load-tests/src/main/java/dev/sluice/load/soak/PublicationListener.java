package dev.sluice.load.soak;

/** Is told of every acknowledged event, from any thread. */
@FunctionalInterface
interface PublicationListener {
    void acknowledged(Publication publication);
}
