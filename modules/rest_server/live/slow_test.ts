import assert from "node:assert/strict";
import { LiveSubject } from "./testing/live_subject.ts";
import { StuckClient } from "./testing/stuck_client.ts";

const LARGE = "x".repeat(16_384);

Deno.test("a client that stopped reading does not affect another one", async () => {
  await using subject = await LiveSubject.start({ buffer: 50 });
  await using _stuck = await StuckClient.events(subject.port, "topic=a");
  await using reader = await subject.events("topic=a");
  const count = 2_000; // 32 MB: more than all socket buffers
  const published = (async () => {
    for (let n = 0; n < count; n++) await subject.bus.inject("a", [n, LARGE]);
  })();
  const received = await reader.messages(count);
  assert.deepEqual(
    received.map((message) => (message as unknown[])[0]),
    Array.from({ length: count }, (_, n) => n),
  );
  await published;
});

Deno.test("a client that was too slow gets a gap with the number of missed messages, then continues", async () => {
  await using subject = await LiveSubject.start({ buffer: 50 });
  await using slow = await StuckClient.events(subject.port, "topic=a");
  await using reader = await subject.events("topic=a");
  const count = 2_000;
  const published = (async () => {
    for (let n = 1; n <= count; n++) await subject.bus.inject("a", [n, LARGE]);
  })();
  await reader.messages(count);
  await published;
  let [last, missed] = [0, 0];
  for await (const block of slow.blocks()) {
    if (block.startsWith("retry")) continue;
    const data = JSON.parse(/^data: (.*)$/m.exec(block)![1]!);
    if (block.includes("event: gap")) {
      assert.equal(data.reason, "behind");
      missed += data.missed;
      last += data.missed;
    } else {
      assert.equal(data.message[0], ++last);
      if (last === count) break;
    }
  }
  assert(missed > 0, "nothing was missed: the buffers took it all");
  assert.equal(last, count);
});

Deno.test("a client that stopped reading keeps its place until its connection ends", async () => {
  await using subject = await LiveSubject.start({ buffer: 50 });
  await using reader = await subject.events("topic=a");
  {
    await using _stuck = await StuckClient.events(subject.port, "topic=a");
    for (let n = 0; n < 1_000; n++) {
      await subject.bus.inject("a", LARGE);
      await reader.messages(1);
    }
    await subject.module.advance(3_600_000);
    assert.equal(subject.live.clients, 2);
  }
  while (subject.live.clients > 1) await new Promise(setImmediate);
});
