import type { Context, Subscription } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { Tail } from "./tail.ts";

/** Returns a tail of a subscription with these properties. */
function tailOf(properties: Partial<Subscription>): Tail {
  const subscription = {
    queued: 0,
    dropped: 0,
    ready: Promise.resolve(),
    [Symbol.asyncIterator]: () => ({ next: () => fail("the loop failed") }),
    ...properties,
  };
  const context = { subscribe: () => subscription } as unknown as Context;
  return new Tail(context, "a.#", "");
}

function fail(message: string): Promise<never> {
  return Promise.reject(new Error(message));
}

Deno.test("a tail whose subscription cannot be opened reports its error once", async () => {
  const tail = tailOf({ ready: fail("no broker") });
  await Promise.resolve(); // the rejection arrives
  assert.equal((await tail.take())?.error, "no broker");
  assert.equal(await tail.take(), undefined);
});

Deno.test("a tail whose loop fails reports its error once", async () => {
  const tail = tailOf({ queued: 1 });
  assert.equal((await tail.take())?.error, "the loop failed");
  assert.equal(await tail.take(), undefined);
});
