/** Between the end of a process and its next start, in milliseconds: the first and the longest wait. */
const FIRST = 1_000;
const LONGEST = 30_000;
/** Who has run that long has recovered. */
const RECOVERED = 60_000;

/** How long to wait before a process that died is started again: 1 s, 2 s … 30 s, and 1 s again once it has run for 60 s. */
export class Restarts {
  #next = FIRST;

  /** `ran` is how long it has run this time, in milliseconds; so is the answer. */
  after(ran: number): number {
    if (ran >= RECOVERED) this.#next = FIRST;
    const wait = this.#next;
    this.#next = Math.min(wait * 2, LONGEST);
    return wait;
  }
}
