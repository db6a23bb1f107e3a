import {
  CaryatidError,
  type DeadLetter,
  type DeadLetterFilter,
  type DeadLetters,
  type MessageBus,
} from "@caryatid/sdk";

/** Default of the maximum number that `list` returns. */
const LISTED = 100;

/**
 * Returns the dead letters of several buses as one; undefined if no bus keeps
 * any.
 */
export function mergedDeadLetters(
  buses: readonly MessageBus[],
): DeadLetters | undefined {
  const all = buses.map(({ deadLetters }) => deadLetters)
    .filter((one) => one !== undefined);
  return all.length < 2 ? all[0] : new MergedDeadLetters(all);
}

/**
 * Dead letters of several buses. A bus without a dead-letter exchange is left
 * out, unless no bus has one.
 */
class MergedDeadLetters implements DeadLetters {
  readonly #all: readonly DeadLetters[];

  constructor(all: readonly DeadLetters[]) {
    this.#all = all;
  }

  async list(filter: DeadLetterFilter = {}): Promise<DeadLetter[]> {
    const { limit = LISTED } = filter;
    const letters: DeadLetter[] = [];
    await this.#each(async (each) => {
      letters.push(...await each.list({ ...filter, limit }));
    });
    return letters.sort((a, b) => a.time - b.time).slice(0, limit);
  }

  replay(filter?: DeadLetterFilter): Promise<number> {
    return this.#count(filter, (each, rest) => each.replay(rest));
  }

  drop(filter?: DeadLetterFilter): Promise<number> {
    return this.#count(filter, (each, rest) => each.drop(rest));
  }

  async #count(
    filter: DeadLetterFilter = {},
    act: (each: DeadLetters, filter: DeadLetterFilter) => Promise<number>,
  ): Promise<number> {
    const { limit } = filter;
    let count = 0;
    await this.#each(async (each) => {
      if (limit === undefined) count += await act(each, filter);
      else if (count < limit) {
        count += await act(each, { ...filter, limit: limit - count });
      }
    });
    return count;
  }

  async #each(act: (each: DeadLetters) => Promise<void>): Promise<void> {
    let refusal: unknown;
    let kept = false;
    for (const each of this.#all) {
      try {
        await act(each);
        kept = true;
      } catch (error) {
        if (!isNotKept(error)) throw error;
        refusal = error;
      }
    }
    if (!kept) throw refusal;
  }
}

function isNotKept(error: unknown): boolean {
  return error instanceof CaryatidError && error.code === "INVALID_CONFIG";
}
