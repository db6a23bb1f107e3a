/** What an exchange called `caryatid` is surrounded by. Everything but the first is ours; Rust Caryatid knows only that. */
export interface Names {
  /** Rust's exchange: topic, not durable. Whatever is published ends up here. */
  readonly shared: string;
  /** Durable, in front of the shared one: its bindings outlive a crash of the broker. We publish here. */
  readonly front: string;
  /** Requests between two of ours: only handlers bind, so that a request which nobody handles comes back. */
  readonly requests: string;
  /** Where subscriptions that may hear requests bind, behind `taps`. */
  readonly heard: string;
  /** Lets a request to Rust handlers pass by those subscriptions: they would count as somebody who takes it. */
  readonly taps: string;
  /** Where such a request goes instead: to nobody. */
  readonly nobody: string;
  /** Tells handlers which requests nobody waits for any more. */
  readonly cancelled: string;
  /** Goes when the shared one is deleted, and doesn't come back with it. */
  readonly alive: string;
  /** Tells everybody to bind again, where exchanges were declared anew. */
  readonly renewed: string;
}

/** The names around the exchange `exchange`. */
export function namesOf(exchange: string): Names {
  return {
    shared: exchange,
    front: `${exchange}.front`,
    requests: `${exchange}.requests`,
    heard: `${exchange}.heard`,
    taps: `${exchange}.taps`,
    nobody: `${exchange}.nobody`,
    cancelled: `${exchange}.cancelled`,
    alive: `${exchange}.alive`,
    renewed: `${exchange}.renewed`,
  };
}

/** Marks a failure that means: nobody has handled the request. */
export const UNHANDLED_HEADER = "caryatid-unhandled";

/** Marks a request that must not count subscriptions as handlers. */
export const PROBE_HEADER = "caryatid-probe";
