import assert from "node:assert/strict";
import fc from "fast-check";
import {
  checkTimeout,
  type Deadline,
  Deadlines,
  type Timers,
} from "./deadlines.ts";
import { yieldToEventLoop } from "./event_loop.ts";

/** Timers that go off when the test says so. */
class HandTimers implements Timers {
  readonly waiting = new Map<number, { due: number; callback: () => void }>();
  made = 0;
  #now = 0;

  now(): number {
    return this.#now;
  }

  set(callback: () => void, milliseconds: number): unknown {
    this.waiting.set(++this.made, { due: this.#now + milliseconds, callback });
    return this.made;
  }

  clear(timer: unknown): void {
    this.waiting.delete(timer as number);
  }

  /** Advances the time and calls the callback of each due timer, in order. */
  pass(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (;;) {
      const [next] = [...this.waiting]
        .filter(([, { due }]) => due <= end)
        .sort(([, a], [, b]) => a.due - b.due);
      if (next === undefined) break;
      const [timer, { due, callback }] = next;
      this.waiting.delete(timer);
      this.#now = due;
      callback();
    }
    this.#now = end;
  }
}

function make(): { timers: HandTimers; deadlines: Deadlines } {
  const timers = new HandTimers();
  return { timers, deadlines: new Deadlines(timers) };
}

/**
 * Map of the lines of each length that counts the lines an iteration visits.
 */
class CountedMap<K, V> extends Map<K, V> {
  looks = 0;

  override *[Symbol.iterator](): MapIterator<[K, V]> {
    for (const entry of super[Symbol.iterator]()) {
      this.looks++;
      yield entry;
    }
  }
}

/**
 * Returns deadlines with their internal lines, to measure the cost of each
 * length.
 */
function makeCounted() {
  const { Map: original } = globalThis;
  const maps: CountedMap<number, unknown>[] = [];
  globalThis.Map = class extends CountedMap<number, unknown> {
    constructor() {
      super();
      maps.push(this);
    }
  } as unknown as MapConstructor;
  try {
    const deadlines = new Deadlines(new HandTimers());
    return { deadlines, lines: maps.at(-1)! };
  } finally {
    globalThis.Map = original;
  }
}

Deno.test("deadlines expire in their order, however they were added", () => {
  const { timers, deadlines } = make();
  const expired: number[] = [];
  for (const ms of [30, 10, 20, 10, 5]) {
    deadlines.add(ms, () => expired.push(ms));
  }
  timers.pass(9);
  assert.deepEqual(expired, [5]);
  timers.pass(1);
  assert.deepEqual(expired, [5, 10, 10]);
  timers.pass(100);
  assert.deepEqual(expired, [5, 10, 10, 20, 30]);
  assert.equal(timers.waiting.size, 0);
});

Deno.test("F7 each deadline expires once, at its time, unless it is cancelled before", () => {
  const wish = fc.record({
    start: fc.nat(50),
    length: fc.integer({ min: 1, max: 40 }),
    cancelAfter: fc.nat(80),
  });
  fc.assert(
    fc.property(fc.array(wish, { maxLength: 100 }), (wishes) => {
      const { timers, deadlines } = make();
      const expired = wishes.map((): number[] => []);
      const added: Deadline[] = [];
      for (let now = 0; now <= 130; now++) {
        timers.pass(now - timers.now());
        for (const [i, { start, length, cancelAfter }] of wishes.entries()) {
          if (now === start) {
            added[i] = deadlines.add(
              length,
              () => expired[i]!.push(timers.now()),
            );
          }
          if (now >= start + cancelAfter) added[i]!.cancel(); // many times
        }
      }
      assert.deepEqual(
        expired,
        wishes.map(({ start, length, cancelAfter }) =>
          cancelAfter < length ? [] : [start + length]
        ),
      );
      assert.equal(timers.waiting.size, 0);
    }),
  );
});

Deno.test("many deadlines share one timer", () => {
  const { timers, deadlines } = make();
  for (let i = 0; i < 1_000; i++) deadlines.add(5_000, () => {});
  for (let i = 0; i < 1_000; i++) deadlines.add(6_000 + i, () => {});
  assert.equal(timers.made, 1);
  deadlines.add(10, () => {});
  assert.equal(timers.made, 2);
  assert.equal(timers.waiting.size, 1);
  deadlines.close();
});

Deno.test("a deadline can be added when another one expires", async (t) => {
  await t.step("of the same length", () => {
    const { timers, deadlines } = make();
    const expired: number[] = [];
    const again = () => {
      expired.push(timers.now());
      deadlines.add(10, again);
    };
    deadlines.add(10, again);
    timers.pass(35);
    assert.deepEqual(expired, [10, 20, 30]);
    deadlines.close();
  });

  await t.step("of a shorter length", () => {
    const { timers, deadlines } = make();
    const expired: number[] = [];
    const note = () => expired.push(timers.now());
    deadlines.add(10, () => deadlines.add(5, note));
    deadlines.add(30, note);
    timers.pass(100);
    assert.deepEqual(expired, [15, 30]);
  });

  await t.step("of the same length, after many of other lengths", () => {
    const { timers, deadlines } = make();
    const expired: number[] = [];
    deadlines.add(10, () => {
      for (let i = 1; i <= 100; i++) deadlines.add(1_000 + i, () => {});
      deadlines.add(10, () => expired.push(timers.now()));
    });
    timers.pass(100);
    assert.deepEqual(expired, [20]);
    deadlines.close();
  });
});

Deno.test("a cancelled deadline", async (t) => {
  await t.step(
    "that was the last one stops the timer, a turn later",
    async () => {
      const { timers, deadlines } = make();
      const all = [10, 20, 30].map((ms) => deadlines.add(ms, () => {}));
      for (const deadline of all) deadline.cancel();
      await yieldToEventLoop();
      await yieldToEventLoop();
      assert.equal(timers.waiting.size, 0);
    },
  );

  await t.step("leaves the timer to those which still wait", async () => {
    const { timers, deadlines } = make();
    const expired: number[] = [];
    deadlines.add(20, () => expired.push(timers.now()));
    deadlines.add(10, () => {}).cancel();
    await yieldToEventLoop();
    await yieldToEventLoop();
    timers.pass(100);
    assert.deepEqual(expired, [20]);
  });

  await t.step("and a new one in the same turn keep the timer", async () => {
    const { timers, deadlines } = make();
    const expired: number[] = [];
    deadlines.add(10, () => {}).cancel();
    deadlines.add(10, () => expired.push(timers.now()));
    await yieldToEventLoop();
    await yieldToEventLoop();
    timers.pass(100);
    assert.deepEqual(expired, [10]);
  });
});

Deno.test("the timer of a busy bus is not stopped and started each turn", async () => {
  const { timers, deadlines } = make();
  const turn = async () => {
    deadlines.add(5_000, () => {}).cancel();
    await yieldToEventLoop();
    await yieldToEventLoop();
  };
  for (let turns = 0; turns < 100; turns++) await turn();
  const made = timers.made;
  for (let turns = 0; turns < 100; turns++) await turn();
  assert(timers.made <= made + 1, `made ${timers.made - made} timers`);
  assert.equal(timers.waiting.size, 1);
  timers.pass(20);
  assert.equal(timers.waiting.size, 0, "it stops 20 ms later");
  const expired: number[] = [];
  deadlines.add(5_000, () => expired.push(timers.now()));
  deadlines.add(3, () => expired.push(timers.now()));
  timers.pass(6_000);
  assert.deepEqual(expired, [23, 5_020]);
});

Deno.test("close() forgets all deadlines", async (t) => {
  await t.step("and stops the timer", () => {
    const { timers, deadlines } = make();
    deadlines.add(10, () => assert.fail("it was forgotten"));
    deadlines.close();
    assert.equal(timers.waiting.size, 0);
    timers.pass(100);
  });

  await t.step("and cancelling one of them later changes nothing", async () => {
    const { timers, deadlines } = make();
    const old = deadlines.add(10, () => assert.fail("it was forgotten"));
    deadlines.close();
    old.cancel();
    const expired: number[] = [];
    deadlines.add(10, () => expired.push(timers.now()));
    old.cancel();
    await yieldToEventLoop();
    await yieldToEventLoop();
    timers.pass(100);
    assert.deepEqual(expired, [10]);
  });

  await t.step("when one of them expires, too", () => {
    const { timers, deadlines } = make();
    deadlines.add(30, () => assert.fail("it was forgotten"));
    deadlines.add(10, () => deadlines.close());
    deadlines.add(10, () => assert.fail("it was forgotten"));
    timers.pass(20);
    assert.equal(timers.waiting.size, 0);
  });
});

Deno.test("Deadlines removes the lines of lengths without a pending deadline", () => {
  const { deadlines, lines } = makeCounted();
  deadlines.add(1, () => {});
  for (let length = 2; length < 10_000; length++) {
    deadlines.add(length, () => {}).cancel();
  }
  assert(lines.has(1));
  assert(lines.size <= 64, `${lines.size} lines`);
});

Deno.test("B2 deadlines that all differ in length cost a few steps each", () => {
  const { deadlines, lines } = makeCounted();
  const n = 20_000;
  for (let i = 0; i < n; i++) deadlines.add(5_000 + i / 1_000, () => {});
  assert(lines.looks <= 4 * n, `${lines.looks} looks at lines`);
  deadlines.close();
});

Deno.test("checkTimeout() returns the timeout, or the fallback if it is undefined", () => {
  assert.equal(checkTimeout(undefined, 7), 7);
  assert.equal(checkTimeout(0.5, 7), 0.5);
  assert.equal(checkTimeout(2 ** 31 - 1, 7), 2 ** 31 - 1);
});

Deno.test("B5 a timeout that no timer can keep is INVALID_OPTION", () => {
  for (const timeout of [0, -1, NaN, Infinity, 2 ** 31, "5", null]) {
    assert.throws(() => checkTimeout(timeout as number, 7), {
      code: "INVALID_OPTION",
    });
  }
});

Deno.test("an expired or cancelled deadline does not keep other deadlines in memory", () => {
  const { timers, deadlines } = make();
  const [first, second, third] = [5, 5, 5].map((milliseconds) =>
    deadlines.add(milliseconds, () => {})
  ) as [Deadline, Deadline, Deadline];
  const leadsToOne = (deadline: Deadline) =>
    Object.values(deadline).some((value) =>
      [first, second, third].includes(value)
    );
  assert.deepEqual([first, second, third].map(leadsToOne), [true, true, true]);
  second.cancel();
  assert.equal(leadsToOne(second), false);
  timers.pass(5);
  assert.deepEqual([first, third].map(leadsToOne), [false, false]);
});
