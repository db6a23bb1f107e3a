import assert from "node:assert/strict";
import { within } from "./testing/event_reader.ts";
import { LiveSubject } from "./testing/live_subject.ts";
import { StuckClient } from "./testing/stuck_client.ts";

Deno.test("at the stop all streams end and all sockets close", async () => {
  const subject = await LiveSubject.start();
  await using reader = await subject.events("topic=a&topic=b");
  await using socket = await subject.socket();
  await socket.ask({ subscribe: "a" });
  await subject.bus.inject("a", 1);
  assert.deepEqual(await reader.messages(1), [1]);
  await within(subject.stop());
  assert.equal(await reader.next(), undefined);
  const { code, reason } = await within(socket.closed);
  assert.deepEqual([code, reason], [1001, "stopping"]);
  await subject.live.close(); // twice is harmless
  assert.equal(subject.live.clients, 0);
});

Deno.test("a client that reads nothing does not delay close()", async () => {
  await using subject = await LiveSubject.start({ buffer: 50 });
  await using _stuck = await StuckClient.events(subject.port, "topic=a");
  await using reader = await subject.events("topic=a");
  for (let n = 0; n < 1_000; n++) {
    await subject.bus.inject("a", "x".repeat(16_384));
    await reader.messages(1);
  }
  await within(subject.live.close());
});

Deno.test("close() alone ends the clients, and refuses others", async () => {
  await using subject = await LiveSubject.start();
  await using reader = await subject.events("topic=a");
  await subject.live.close();
  assert.equal(await reader.next(), undefined);
  const response = await fetch(subject.url("/live/events?topic=a"));
  assert.equal(response.status, 503);
  await response.body?.cancel();
});

Deno.test("when the bus ends a subscription its streams end, so that clients reconnect", async () => {
  await using subject = await LiveSubject.start();
  await using reader = await subject.events("topic=a");
  await subject.bus.close();
  assert.equal(await reader.next(), undefined);
  const response = await fetch(subject.url("/live/events?topic=a"));
  assert.equal(response.status, 503);
  await response.body?.cancel();
});

Deno.test("clients that come and go leave nothing behind", async () => {
  await using subject = await LiveSubject.start({ grace: 0 });
  for (let i = 0; i < 200; i++) {
    await using reader = await subject.events(`topic=a&topic=b${i % 7}`);
    await using socket = await subject.socket();
    await socket.ask({ subscribe: "a" });
    await subject.bus.inject("a", i);
    assert.deepEqual(await reader.messages(1), [i]);
    assert.equal((await socket.next()).message, i);
  }
  const open = () =>
    [...subject.module.subscriptions].filter(({ closed }) => !closed);
  while (subject.live.clients > 0) await new Promise(setImmediate);
  assert.deepEqual(open(), []);
  assert.equal(subject.module.running, 1); // the heartbeat
});

Deno.test("a client that connects while the server stops is refused", async () => {
  const subject = await LiveSubject.start();
  const coming = Array.from(
    { length: 50 },
    () => fetch(subject.url("/live/events?topic=a")),
  );
  const first = await coming[0]!;
  await subject.live.close();
  assert.equal(first.status, 200);
  for (const response of await Promise.all(coming)) {
    await response.text(); // its stream ends, or it is a problem
  }
  await within(subject.stop());
});
