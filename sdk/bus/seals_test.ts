import assert from "node:assert/strict";
import { InMemoryBus } from "./in_memory.ts";

Deno.test("A20 freeze: a subscriber that changes an object gets a TypeError", async () => {
  await using bus = new InMemoryBus({ freeze: true });
  const received = bus.subscribe("t");
  await bus.publish("t", { deep: [{ n: 1 }] });
  for await (const { message } of received) {
    const { deep } = message as { deep: [{ n: number }] };
    assert.throws(() => deep[0].n = 2, TypeError);
    break;
  }
});

Deno.test("A20 freeze detects changed bytes by their hash, and the error names the pattern of the subscription", async () => {
  await using bus = new InMemoryBus({ freeze: true });
  const received = bus.subscribe("t.#");
  await bus.publish("t", { bytes: new Uint8Array([1, 2, 3]) });
  const steps = received[Symbol.asyncIterator]();
  const { value } = await steps.next();
  (value!.message as { bytes: Uint8Array }).bytes[0] = 9;
  await assert.rejects(steps.next(), {
    code: "MESSAGE_MUTATED",
    message: /"t\.#".*"t".*while this subscriber had it/,
  });
});

Deno.test("A20 freeze: bytes changed by the publisher are found before they are handed out", async () => {
  await using bus = new InMemoryBus({ freeze: true });
  const received = bus.subscribe("t");
  const bytes = new Uint8Array(4);
  await bus.publish("t", bytes);
  bytes[0] = 1;
  await assert.rejects(received[Symbol.asyncIterator]().next(), {
    code: "MESSAGE_MUTATED",
    message: /changed after it was published/,
  });
});

Deno.test("A20 freeze detects a changed date, although a date cannot be frozen", async () => {
  await using bus = new InMemoryBus({ freeze: true });
  const received = bus.subscribe("t");
  await bus.publish("t", { at: new Date(0) });
  const steps = received[Symbol.asyncIterator]();
  const { value } = await steps.next();
  (value!.message as { at: Date }).at.setTime(1);
  await assert.rejects(steps.next(), { code: "MESSAGE_MUTATED" });
});

Deno.test("A20 freeze: a message 10,000 levels deep is frozen throughout", async () => {
  await using bus = new InMemoryBus({ freeze: true });
  let message: { inner?: unknown } = {};
  const innermost = message;
  for (let depth = 0; depth < 10_000; depth++) message = { inner: message };
  await bus.publish("t", message);
  assert(Object.isFrozen(innermost));
});

Deno.test("with freeze, a message with a getter that throws rejects with NOT_ENCODABLE, and the next message passes", async () => {
  await using bus = new InMemoryBus({ freeze: true });
  const message = {
    get broken() {
      throw new Error("no");
    },
  };
  await assert.rejects(bus.publish("t", message), { code: "NOT_ENCODABLE" });
  await bus.publish("t", 1);
});

Deno.test("without freeze a message is passed as it is, unfrozen", async () => {
  await using bus = new InMemoryBus();
  const message = { n: 1 };
  const received = bus.subscribe("t");
  await bus.publish("t", message);
  for await (const delivery of received) {
    assert.equal(delivery.message, message);
    assert(!Object.isFrozen(message));
    break;
  }
});
