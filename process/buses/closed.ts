import type {
  CaryatidError,
  Delivery,
  Handling,
  Subscription,
} from "@caryatid/sdk";

/** A subscription to a bus that is closed: never ready, and its loops end at once. */
export class ClosedSubscription implements Subscription {
  readonly pattern: string;
  readonly ready: Promise<void>;
  readonly depth = 0;
  readonly inHand = 0;
  readonly readers = 0;
  readonly heldUp = 0;
  readonly dropped = 0;
  readonly closed = true;

  constructor(pattern: string, error: CaryatidError) {
    this.pattern = pattern;
    this.ready = Promise.reject(error);
    this.ready.catch(() => {}); // who doesn't wait for it isn't to be killed by it
  }

  [Symbol.asyncIterator](): AsyncIterator<Delivery, undefined> {
    return {
      next: () => Promise.resolve({ done: true, value: undefined }),
    };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** A handling on a bus that is closed: never ready. */
export class ClosedHandling implements Handling {
  readonly pattern: string;
  readonly ready: Promise<void>;
  readonly running = 0;
  readonly closed = true;

  constructor(pattern: string, error: CaryatidError) {
    this.pattern = pattern;
    this.ready = Promise.reject(error);
    this.ready.catch(() => {}); // who doesn't wait for it isn't to be killed by it
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
