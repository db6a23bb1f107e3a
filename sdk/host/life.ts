/** How much is being worked on, and when nothing is. */
export class InHand {
  #count = 0;
  #none: PromiseWithResolvers<void> | undefined;

  /** How much. */
  get count(): number {
    return this.#count;
  }

  /** One more. */
  begin(): void {
    this.#count++;
  }

  /** One is done. */
  end(): void {
    if (--this.#count > 0) return;
    this.#none?.resolve();
    this.#none = undefined;
  }

  /** Resolves when there is none. */
  none(): Promise<void> {
    if (this.#count === 0) return Promise.resolve();
    return (this.#none ??= Promise.withResolvers()).promise;
  }
}

/** The time in which one and the same code of a module is at work. What it opened on the bus may outlive it. */
export class Life {
  /** Whether other code is to take over: nothing that was opened is this code's to close any more. */
  over = false;
  /** Deliveries that loops were given and have not come back from. */
  readonly steps: InHand = new InHand();
  /** Requests that handlers work on. */
  readonly answers: InHand = new InHand();
  /** Requests that it waits for an answer to. */
  readonly questions: InHand = new InHand();
}
