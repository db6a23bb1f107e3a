import assert from "node:assert/strict";
import { mock } from "node:test";
import type { Log } from "@caryatid/sdk";
import { BackOff } from "./back_off.ts";

const problem = { text: "refused", permanent: false, hint: undefined };

/** Attempts to connect, on mocked timers. */
class Attempts implements Disposable {
  readonly #waits: number[] = [];
  /** Causes of the warnings, in order. */
  readonly warned: unknown[] = [];
  readonly backOff: BackOff;

  constructor() {
    mock.timers.enable({ apis: ["setTimeout"] });
    const log: Log = {
      debug: (_, properties) => this.#waits.push(Number(properties?.wait)),
      info() {},
      warn: (_, properties) => {
        this.warned.push(properties?.cause);
        this.#waits.push(Number(properties?.wait));
      },
      error() {},
    };
    this.backOff = new BackOff(log);
  }

  /** Waits for the next attempt. Returns the logged wait in milliseconds. */
  async fail(text: string = problem.text): Promise<number> {
    const { signal } = new AbortController();
    const trouble = { ...problem, text };
    const waiting = this.backOff.wait("host:1", trouble, signal);
    const wait = this.#waits.at(-1)!;
    mock.timers.tick(wait);
    await waiting;
    return wait;
  }

  [Symbol.dispose](): void {
    mock.timers.reset();
  }
}

function assertBetween(wait: number, least: number, most: number): void {
  assert(least <= wait && wait <= most, `${wait} ms`);
}

Deno.test("C1 each wait is twice as long as the one before, half of it random", async () => {
  using attempts = new Attempts();
  for (const most of [100, 200, 400, 800]) {
    assertBetween(await attempts.fail(), most / 2, most);
  }
});

Deno.test("C1 the waits start again from the first one after a connection that lasted", async () => {
  using attempts = new Attempts();
  for (const _ of [1, 2, 3]) await attempts.fail();
  attempts.backOff.connected("host:1");
  attempts.backOff.ended(2_000);
  assertBetween(await attempts.fail(), 50, 100);
});

Deno.test("C1 the waits continue to grow after a connection that ended at once", async () => {
  using attempts = new Attempts();
  for (const _ of [1, 2]) await attempts.fail();
  attempts.backOff.connected("host:1");
  attempts.backOff.ended(100);
  assertBetween(await attempts.fail(), 200, 400);
});

Deno.test("C1 an outage logs one warning for each cause", async () => {
  using attempts = new Attempts();
  for (const cause of ["refused", "refused", "reset", "refused", "reset"]) {
    await attempts.fail(cause);
  }
  assert.deepEqual(attempts.warned, ["refused", "reset"]);
  attempts.backOff.connected("host:1");
  attempts.backOff.ended(2_000);
  await attempts.fail("refused");
  assert.deepEqual(attempts.warned, ["refused", "reset", "refused"]);
});
