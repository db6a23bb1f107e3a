/**
 * One run of a module's code, from `init` until the module stops, fails or is
 * swapped. Its subscriptions and handlings may outlive it.
 */
export class ModuleRun {
  /**
   * True once other code takes over: this code can then close nothing.
   */
  ended = false;
  /** Deliveries that loops work on. */
  readonly steps: InFlightCounter = new InFlightCounter();
  /** Requests that handlers work on. */
  readonly answers: InFlightCounter = new InFlightCounter();
  /** Requests that wait for their answer. */
  readonly requests: InFlightCounter = new InFlightCounter();
}

/** Counts operations in flight. */
export class InFlightCounter {
  #count = 0;
  #idle: PromiseWithResolvers<void> | undefined;

  /** Number of operations in flight. */
  get count(): number {
    return this.#count;
  }

  /** Begins an operation. */
  begin(): void {
    this.#count++;
  }

  /** Ends an operation. */
  end(): void {
    if (--this.#count > 0) return;
    this.#idle?.resolve();
    this.#idle = undefined;
  }

  /** Resolves when no operation is in flight. */
  idle(): Promise<void> {
    if (this.#count === 0) return Promise.resolve();
    return (this.#idle ??= Promise.withResolvers()).promise;
  }
}
