import type { RecordedMessage } from "../recorded_message.ts";

/** Batches of a recording, the first of which may be looked at beforehand. */
export class Peeked implements AsyncIterator<readonly RecordedMessage[], void> {
  readonly #batches: AsyncGenerator<readonly RecordedMessage[], void>;
  #first: IteratorResult<readonly RecordedMessage[], void> | undefined;

  /** Nothing is read yet. */
  constructor(batches: AsyncGenerator<readonly RecordedMessage[], void>) {
    this.#batches = batches;
  }

  /** Whether its messages say nothing about themselves. */
  async isBare(): Promise<boolean> {
    this.#first ??= await this.#batches.next();
    const { done, value } = this.#first;
    return !done && value[0]!.topic === undefined;
  }

  /** The next batch. */
  async next(): Promise<IteratorResult<readonly RecordedMessage[], void>> {
    const first = this.#first;
    this.#first = undefined;
    return first ?? await this.#batches.next();
  }

  /** Lets the files go. */
  return(): Promise<IteratorResult<readonly RecordedMessage[], void>> {
    return this.#batches.return();
  }
}
