import assert from "node:assert/strict";
import { InMemoryBus } from "./in_memory.ts";
import { QuietAbort } from "./quiet_abort.ts";

Deno.test("a quiet abort rejects the request in flight, and fires the signal of its handler", async () => {
  await using bus = new InMemoryBus();
  const received = Promise.withResolvers<AbortSignal>();
  bus.handle("slow", ({ signal }) => {
    received.resolve(signal);
    return new Promise(() => {});
  });
  const abort = new QuietAbort();
  const asked = bus.request("slow", 1, { signal: abort.signal });
  const signal = await received.promise;
  assert.equal(signal.aborted, false);
  abort.abort();
  await assert.rejects(asked, { code: "ABORTED" });
  assert(signal.aborted);
});

Deno.test("a quiet abort rejects every request that has its signal", async () => {
  await using bus = new InMemoryBus();
  bus.handle("slow", () => new Promise(() => {}));
  const abort = new QuietAbort();
  const asked = [1, 2, 3].map((each) =>
    bus.request("slow", each, { signal: abort.signal })
  );
  abort.abort();
  for (const each of asked) await assert.rejects(each, { code: "ABORTED" });
  await assert.rejects(bus.request("slow", 4, { signal: abort.signal }), {
    code: "ABORTED",
  });
});

Deno.test("a quiet abort does not reach requests that have their answers", async () => {
  await using bus = new InMemoryBus();
  bus.handle("quick", ({ message }) => message);
  const abort = new QuietAbort();
  for (let i = 0; i < 3; i++) {
    const options = { signal: abort.signal };
    assert.equal(await bus.request("quick", i, options), i);
    assert.equal(abort.watcher, undefined);
  }
  abort.abort();
});

Deno.test("listeners of the signal of a quiet abort are called", () => {
  const abort = new QuietAbort();
  let fired = 0;
  abort.signal.addEventListener("abort", () => fired++);
  AbortSignal.any([abort.signal]).addEventListener("abort", () => fired++);
  abort.abort();
  assert.equal(fired, 2);
});
