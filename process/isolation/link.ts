/** What carries batches between a host and one guest, in both directions and in order. */
export interface Link {
  /** Bytes that the other side hasn't taken in yet; undefined where nobody can tell. */
  readonly backlog?: number;
  /** Sends a batch, which is the link's from here on. */
  send(batch: Uint8Array<ArrayBuffer>): void;
  /**
   * Calls `receive` for each batch, and `ended` once when there will be none: with an error where the other side sent what is no
   * batch. What came before is kept until then.
   */
  listen(
    receive: (batch: Uint8Array) => void,
    ended: (error?: unknown) => void,
  ): void;
  /** Sends and receives nothing any more. Harmless twice. */
  close(): void;
}
