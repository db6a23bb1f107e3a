import {
  CaryatidError,
  type DeadLetter,
  type DeadLetterFilter,
  type DeadLetters,
} from "@caryatid/sdk";
import { BusLayer, InMemoryBus } from "@caryatid/sdk/bus";
import assert from "node:assert/strict";
import { mergedDeadLetters } from "./merged_dead_letters.ts";

/** Dead letters in memory, with their times. */
class FakeDeadLetters implements DeadLetters {
  readonly times: number[];

  constructor(...times: number[]) {
    this.times = times;
  }

  list({ limit }: DeadLetterFilter = {}): Promise<DeadLetter[]> {
    const letters = this.times.slice(0, limit)
      .map((time) => ({ time }) as DeadLetter);
    return Promise.resolve(letters);
  }

  replay(filter?: DeadLetterFilter): Promise<number> {
    return this.drop(filter);
  }

  drop({ limit = Infinity }: DeadLetterFilter = {}): Promise<number> {
    return Promise.resolve(this.times.splice(0, limit).length);
  }
}

const notKept: DeadLetters = {
  list: () => Promise.reject(refusal()),
  replay: () => Promise.reject(refusal()),
  drop: () => Promise.reject(refusal()),
};

function refusal(): CaryatidError {
  return new CaryatidError("INVALID_CONFIG", "none are kept");
}

function busWith(deadLetters: DeadLetters | undefined): BusLayer {
  return new class extends BusLayer {
    override get deadLetters() {
      return deadLetters;
    }
  }(new InMemoryBus());
}

function merged(...all: (DeadLetters | undefined)[]): DeadLetters | undefined {
  return mergedDeadLetters(all.map(busWith));
}

Deno.test("list returns the dead letters of all buses by time, up to the limit", async () => {
  const all = merged(
    new FakeDeadLetters(1, 4),
    undefined,
    notKept,
    new FakeDeadLetters(2, 3),
  )!;
  const times = async (filter?: DeadLetterFilter) =>
    (await all.list(filter)).map(({ time }) => time);
  assert.deepEqual(await times(), [1, 2, 3, 4]);
  assert.deepEqual(await times({ limit: 3 }), [1, 2, 3]);
});

Deno.test("drop and replay visit one bus after the other, up to the limit", async () => {
  const [first, second] = [
    new FakeDeadLetters(1, 2),
    new FakeDeadLetters(3, 4),
  ];
  const all = merged(first, second)!;
  assert.equal(await all.drop({ limit: 3 }), 3);
  assert.deepEqual([first.times, second.times], [[], [4]]);
  assert.equal(await all.replay(), 1);
});

Deno.test("a call rejects if no bus keeps dead letters", async () => {
  assert.equal(merged(undefined, undefined), undefined);
  await assert.rejects(merged(notKept, notKept)!.list(), {
    code: "INVALID_CONFIG",
  });
});
