import type { Delivery } from "../delivery.ts";

/** Step of a loop. */
export type LoopStep = IteratorResult<Delivery, undefined>;

/**
 * Loop that may report each delivery just before its step resolves. A layer
 * that has to see deliveries otherwise wraps the promise of each step, which
 * costs a fifth of the rate.
 */
export interface ObservableLoop extends AsyncIterator<Delivery, undefined> {
  /**
   * Calls `replace` with each delivery from now on. The loop receives the
   * delivery that it returns. Returns false if the loop cannot do so.
   */
  observe?(replace: (delivery: Delivery) => Delivery): boolean;
  /**
   * Acts as `next`, but passes the step to `receive`, during the call if there
   * is a delivery. A loop that reads through this one then needs one promise
   * for a step instead of three.
   */
  pull?(receive: (step: LoopStep | Promise<LoopStep>) => void): void;
}
