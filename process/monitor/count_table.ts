/** Names that a module may have in one table; what it does under further ones is counted together. */
export const MOST_NAMES = 1_000;

/** What stands for the further ones. */
export const OTHERS = `… beyond ${MOST_NAMES} topics`;

/** The longest topic that may be; a longer one is refused by every bus. */
const LONGEST = 255;

/** Counts by topic or pattern. It stays small whatever names come: what requests travel on is folded, and there is a bound. */
export class CountTable<T> {
  readonly #counts = new Map<string, T>();
  readonly #make: () => T;
  /** Mostly the same name comes again: to compare two texts that are one takes less than to look it up. */
  #lastName: string | undefined;
  #last: T | undefined;

  /** `make` gives the count of a new name. */
  constructor(make: () => T) {
    this.#make = make;
  }

  /** The count of that name. */
  of(name: string): T {
    if (name === this.#lastName) return this.#last!;
    const count = this.#counts.get(name) ?? this.#find(folded(name));
    this.#lastName = name;
    return this.#last = count;
  }

  /** All counts. */
  [Symbol.iterator](): Iterator<T> {
    return this.#counts.values();
  }

  /** Whether nothing was counted yet. */
  get empty(): boolean {
    return this.#counts.size === 0;
  }

  /** A table of what `show` makes of each count, sorted by name. */
  shown<S>(show: (count: T, name: string) => S): Record<string, S> {
    const table: Record<string, S> = Object.create(null);
    for (const name of [...this.#counts.keys()].sort()) {
      table[name] = show(this.#counts.get(name)!, name);
    }
    return table;
  }

  #find(name: string): T {
    const known = this.#counts.get(name);
    if (known !== undefined) return known;
    if (name !== OTHERS && this.#counts.size >= MOST_NAMES) {
      return this.#find(OTHERS);
    }
    const count = this.#make();
    this.#counts.set(name, count);
    return count;
  }
}

/** Without the id that is new for each request. What can't be a topic at all, of a caller without types, is no name either. */
function folded(name: string): string {
  if (typeof name !== "string" || name.length > LONGEST) return OTHERS;
  const end = name.lastIndexOf(".");
  return name.endsWith("._request", end) || name.endsWith("._response", end)
    ? name.slice(0, end) + ".*"
    : name;
}
