import type { Batch } from "./format.ts";

/** Where batches go. */
export interface Store {
  /** The sequence of the next entry. */
  readonly next: number;
  /** An empty batch. */
  batch(): Batch;
  /**
   * Writes a batch whose first entry has the sequence `first`. One that failed may be given again: nothing is then there twice.
   * Rejects with `PERMISSION_DENIED` or `STORAGE_FAILED`.
   */
  write(first: number, batch: Batch): Promise<void>;
  /** Finishes the file; harmless twice. */
  close(): Promise<void>;
}
