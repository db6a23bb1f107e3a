const OPEN: Promise<void> = Promise.resolve();

/** Gate that holds back the deliveries and requests of one module. */
export class PauseGate {
  #closed: PromiseWithResolvers<void> | undefined;

  /** True while the module is paused. */
  get paused(): boolean {
    return this.#closed !== undefined;
  }

  /** Holds back deliveries and requests from now on. */
  pause(): void {
    this.#closed ??= Promise.withResolvers();
  }

  /** Ends the pause. */
  resume(): void {
    this.#closed?.resolve();
    this.#closed = undefined;
  }

  /** Resolves when the gate is open. */
  opened(): Promise<void> {
    return this.#closed?.promise ?? OPEN;
  }
}
