/** Maximum number of names in one table. Further names are counted together. */
export const MAX_NAMES = 1_000;

/** Name under which further names are counted. */
export const OTHERS = `… beyond ${MAX_NAMES} topics`;

/** Length of the longest valid topic, in bytes. */
const MAX_TOPIC = 255;

/**
 * Counts by topic or pattern. The table stays small for any number of names:
 * request topics share one name, and the number of names is bounded.
 */
export class CountTable<T> {
  readonly #counts = new Map<string, T>();
  readonly #make: () => T;
  /**
   * Mostly the same name is repeated: comparing two equal texts is faster than
   * a lookup.
   */
  #lastName: string | undefined;
  #last: T | undefined;

  /** `make` creates the count of a new name. */
  constructor(make: () => T) {
    this.#make = make;
  }

  /** Returns the count of that name. */
  of(name: string): T {
    if (name === this.#lastName) return this.#last!;
    const count = this.#counts.get(name) ?? this.#find(withoutId(name));
    this.#lastName = name;
    return this.#last = count;
  }

  /** Iterates over all counts. */
  [Symbol.iterator](): Iterator<T> {
    return this.#counts.values();
  }

  /** True if nothing was counted yet. */
  get empty(): boolean {
    return this.#counts.size === 0;
  }

  /**
   * Returns a table of all counts, converted by `convert` and sorted by name.
   */
  toTable<S>(convert: (count: T, name: string) => S): Record<string, S> {
    const table: Record<string, S> = Object.create(null);
    for (const name of [...this.#counts.keys()].sort()) {
      table[name] = convert(this.#counts.get(name)!, name);
    }
    return table;
  }

  #find(name: string): T {
    const known = this.#counts.get(name);
    if (known !== undefined) return known;
    if (name !== OTHERS && this.#counts.size >= MAX_NAMES) {
      return this.#find(OTHERS);
    }
    const count = this.#make();
    this.#counts.set(name, count);
    return count;
  }
}

/**
 * Replaces the id of a request topic by `*`. Returns {@linkcode OTHERS} for a
 * value that cannot be a topic.
 */
function withoutId(name: string): string {
  if (typeof name !== "string" || name.length > MAX_TOPIC) return OTHERS;
  const end = name.lastIndexOf(".");
  return name.endsWith("._request", end) || name.endsWith("._response", end)
    ? name.slice(0, end) + ".*"
    : name;
}

/** Number of events in a second. */
export class Rate {
  /** Rate of the last interval; 0 during the first one. */
  perSecond = 0;
  #count = 0;

  /** Ends an interval of `seconds`, after `count` events since the start. */
  advance(count: number, seconds: number): void {
    this.perSecond = (count - this.#count) / seconds;
    this.#count = count;
  }
}
