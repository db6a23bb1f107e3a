/**
 * Carries batches between a host and one guest, in both directions and in
 * order.
 */
export interface Link {
  /**
   * Bytes that the other side has not read yet; undefined if that is unknown.
   */
  readonly backlog?: number;
  /**
   * Returns a promise that resolves when the other side has read enough to be
   * sent more, or undefined if it may be sent more now.
   */
  room?(): Promise<void> | undefined;
  /** Sends a batch. The link owns the batch from then on. */
  send(batch: Uint8Array<ArrayBuffer>): void;
  /**
   * Calls `receive` for each batch. If it returns a promise, the next batch
   * waits for that promise. Calls `ended` once when no batch will follow, with
   * an error if the other side sent something else. Earlier batches are kept
   * until `listen` is called.
   */
  listen(
    receive: (batch: Uint8Array) => Promise<void> | void,
    ended: (error?: unknown) => void,
  ): void;
  /** Ends sending and receiving. Further calls have no effect. */
  close(): void;
}
