package dev.sluice.function;

import io.cloudevents.CloudEvent;

/**
 * An event that a stream function has received and settles itself, once, by one of {@link #accept}, {@link #reject} and
 * {@link #release}. Until then it is open: it holds back its topic's position and comes again after a restart.
 *
 * <p>Only the first of these calls has an effect, and none has one any more when the event was taken from the stream: its
 * partition went to another engine, or the stream ended. Each tells by what it returns. They may be called from any
 * thread and never block.
 *
 * @param <T> what the event's data is read as
 */
public interface Received<T> {
    /** The event's data; the event itself where {@code T} is {@code CloudEvent}. */
    T value();

    /** The event. */
    CloudEvent event();

    /**
     * The event is done: takes it off its topic once every answer that the stream has emitted before this call is
     * acknowledged. If one of them can't be stored, the stream ends with an error and the event comes again. So emit
     * first, then accept.
     *
     * @return whether this settled it; true is no promise that it never comes again, since its partition may be lost
     *     before the source has recorded it
     */
    boolean accept();

    /**
     * The event can't be processed: makes a dead letter of it with {@code dlreason: rejected}, then takes it off its
     * topic.
     *
     * @param why what {@code dlerror} tells
     * @return whether this settled it
     */
    boolean reject(Throwable why);

    /**
     * Hands the event back: the stream gets it again after the trigger's back-off, however often, and other events before
     * it meanwhile, later ones of its key among them.
     *
     * @return whether this settled it
     */
    boolean release();

    /**
     * Makes an answer to this event: one with the id {@code <event id>:<trigger>:<n>}, n counted for each event, its
     * {@code causationid}, and the trace and correlation of the event; type and source are those of the trigger's {@code
     * answers}. Plain data that the stream emits instead gets an id that its repetition does not have.
     *
     * @param value data for the new event, or an event to take over
     */
    CloudEvent answer(Object value);
}
