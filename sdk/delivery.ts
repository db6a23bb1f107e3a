/**
 * One message on one topic, as a module receives it.
 *
 * In memory, `message` is the object that was published: treat it as immutable.
 */
export interface Delivery<T = unknown> {
  /** Topic of the publish. */
  readonly topic: string;
  /** The published message. */
  readonly message: T;
  /**
   * Id of the publish, the same on every bus that carries it. Made at the first
   * access.
   */
  readonly id: string;
  /** Headers of the publish. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * Time of the publish in milliseconds since 1970, exact to one turn of the
   * event loop.
   */
  readonly time: number;
  /** True if it was delivered before and its handling did not finish. */
  readonly redelivered: boolean;
}

/** Request as its handler receives it. */
export interface RequestDelivery<T = unknown> extends Delivery<T> {
  /** Fires when the requester aborts or its deadline passes. */
  readonly signal: AbortSignal;
}
