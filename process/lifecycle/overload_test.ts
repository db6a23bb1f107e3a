import type { CaryatidError, Overflow } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { InMemoryBus } from "@caryatid/sdk/bus";

const MIB = 2 ** 20;

/** `deno task test:soak` sets it; the plain test does the same with less. */
const SOAK = Deno.env.get("CARYATID_SOAK") !== undefined;
const MESSAGES = SOAK ? 10_000_000 : 200_000;
const UNAWAITED = SOAK ? 1_000_000 : 200_000;

/**
 * The whole process when it is ours alone; test files that run side by side
 * share one.
 */
function memory(): number {
  const { rss, heapUsed } = Deno.memoryUsage();
  return SOAK ? rss : heapUsed;
}

/**
 * Takes one message a turn of the event loop: hundreds of times slower than a
 * publisher.
 */
async function readSlowly(messages: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of messages) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

for (const overflow of ["drop-oldest", "drop-newest", "error"] as Overflow[]) {
  Deno.test(`D8 a flood costs no more than the queue with overflow ${overflow}`, async () => {
    await using bus = new InMemoryBus();
    const flooded = bus.subscribe("flood", { queueSize: 1_000, overflow });
    const reading = readSlowly(flooded);
    const before = memory();
    let refused = 0;
    for (let n = 0; n < MESSAGES; n++) {
      await bus.publish("flood", { n }).catch(() => refused++);
    }
    const grown = memory() - before;
    assert(grown < 64 * MIB, `memory grew by ${Math.round(grown / MIB)} MiB`);
    assert.equal(refused, overflow === "error" ? flooded.dropped : 0);
    assert(flooded.dropped > MESSAGES / 2, `only ${flooded.dropped} dropped`);
    assert(flooded.queued <= 1_000);
    await flooded.close();
    await reading;
  });
}

Deno.test(`D8 of ${UNAWAITED} publishes without await, those over 65,536 reject with OVERFLOW`, async () => {
  await using bus = new InMemoryBus();
  const dead = bus.subscribe("flood", { queueSize: 10 });
  const before = memory();
  const codes = new Map<string, number>();
  let accepted = 0;
  const settled: Promise<unknown>[] = [];
  for (let n = 0; n < UNAWAITED; n++) {
    const outcome = bus.publish("flood", n).then(
      () => accepted++,
      ({ code }: CaryatidError) => codes.set(code, (codes.get(code) ?? 0) + 1),
    );
    if (n < 10 + 65_536) settled.push(outcome);
    else await outcome;
  }
  assert.deepEqual([...codes], [["OVERFLOW", UNAWAITED - 10 - 65_536]]);
  const grown = memory() - before;
  assert(grown < 256 * MIB, `memory grew by ${Math.round(grown / MIB)} MiB`);
  await dead.close();
  await Promise.all(settled);
  assert.equal(accepted, 10 + 65_536);
});
