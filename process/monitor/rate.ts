/** How often something happens in a second. */
export class Rate {
  /** Over the last interval; 0 in the first one. */
  perSecond = 0;
  #count = 0;

  /** An interval of `seconds` ends, and it has happened `count` times in all. */
  advance(count: number, seconds: number): void {
    this.perSecond = (count - this.#count) / seconds;
    this.#count = count;
  }
}
