import { activeScope, enterScope, type TraceScope } from "./active_context.ts";
import type { TraceContext } from "./trace_context.ts";

/**
 * Position in a trace of one loop, through its steps.
 *
 * A place that `next` enters holds for the rest of the loop. But code that
 * calls the function with the loop, and does not await it, gets the first place
 * as well. So the first place holds for the first step only, and gives the
 * position of that code before and after it. Later steps begin in a separate
 * turn, which no other code shares.
 */
export class LoopScope {
  readonly #unsampled: TraceContext;
  /** Place of the code around the loop. */
  #outer: TraceScope | undefined;
  #current: TraceScope | undefined;
  #isFirst = true;

  /** Enters nothing yet. `unsampled` is the position of most deliveries. */
  constructor(unsampled: TraceContext) {
    this.#unsampled = unsampled;
  }

  /**
   * Called as the loop asks for a delivery. With `renew`, work that the last
   * step began and did not await keeps its place, and the loop gets another.
   * Returns true if it has to be called before the next step as well.
   */
  enter(renew: boolean): boolean {
    if (this.#current === undefined) {
      this.#outer = activeScope();
      enterScope(this.#current = { context: this.#outer?.context });
      return true;
    }
    if (this.#isFirst || renew) {
      this.leave();
      enterScope(this.#current = { context: this.#unsampled });
    }
    return false;
  }

  /** Sets the position of a received delivery; undefined if not sampled. */
  set(context: TraceContext | undefined): void {
    if (this.#current === undefined) return;
    this.#current.context = context ?? this.#unsampled;
  }

  /** Restores the position in the trace of the code around the loop. */
  leave(): void {
    if (!this.#isFirst || this.#current === undefined) return;
    this.#isFirst = false;
    this.#current.context = this.#outer?.context;
  }
}
