import assert from "node:assert/strict";
import { within } from "./testing/event_reader.ts";
import { LiveSubject } from "./testing/live_subject.ts";

Deno.test("a client receives the messages of its topics as JSON with a position", async () => {
  await using subject = await LiveSubject.start();
  await using reader = await subject.events("topic=clock.*&topic=chat.say");
  await subject.bus.inject("clock.tick", { number: 1 }, { id: "first" });
  await subject.bus.inject("other", 1);
  await subject.bus.inject("chat.say", "hello", { id: "second" });
  const blocks = [await reader.next(), await reader.next()];
  assert.deepEqual(blocks.map((block) => JSON.parse(block!.data!)), [{
    topic: "clock.tick",
    message: { number: 1 },
    id: "first",
    time: "1970-01-01T00:00:00.000Z",
  }, {
    topic: "chat.say",
    message: "hello",
    id: "second",
    time: "1970-01-01T00:00:00.000Z",
  }]);
  assert.match(blocks[0]!.id!, /^[0-9a-f]{16}-1$/);
  assert.match(blocks[1]!.id!, /^[0-9a-f]{16}-2$/);
});

Deno.test("an EventSource needs nothing else", async () => {
  await using subject = await LiveSubject.start();
  const source = new EventSource(subject.url("/live/events?topic=clock.tick"));
  try {
    await within(new Promise((resolve) => source.onopen = resolve));
    const received = new Promise<MessageEvent>((resolve) =>
      source.onmessage = resolve
    );
    // an open stream receives from now on
    await subject.bus.inject("clock.tick", 7);
    const { data, lastEventId } = await within(received);
    assert.equal(JSON.parse(data).message, 7);
    assert.match(lastEventId, /-1$/);
  } finally {
    source.close();
  }
});

Deno.test("proxies pass the answer on at once", async () => {
  await using subject = await LiveSubject.start();
  await using reader = await subject.events("topic=a");
  const { headers } = reader.response;
  assert.equal(headers.get("content-type"), "text/event-stream");
  assert.equal(headers.get("cache-control"), "no-store, no-transform");
  assert.equal(headers.get("x-accel-buffering"), "no");
});

Deno.test("the first block has a retry time and a position, even before any message", async () => {
  await using subject = await LiveSubject.start({ retry: 1.5 });
  await using reader = await subject.events("topic=a");
  assert.match(reader.position!, /^[0-9a-f]{16}-0$/);
  await using again = await subject.events("topic=a", {
    "last-event-id": reader.position!,
  });
  assert.equal(again.position, reader.position);
});

Deno.test("a message that matches several patterns of a client comes once", async () => {
  await using subject = await LiveSubject.start();
  await using reader = await subject.events("topic=a.*&topic=*.b&topic=a.b");
  await subject.bus.inject("a.b", 1);
  await subject.bus.inject("x.b", 2);
  await subject.bus.inject("a.x", 3);
  await subject.bus.inject("a.b", 4);
  assert.deepEqual(
    (await reader.messages(4)).toSorted(),
    [1, 2, 3, 4],
  );
});

Deno.test("clients of the same topics share one subscription to the bus", async () => {
  await using subject = await LiveSubject.start();
  const open = () =>
    [...subject.module.subscriptions].filter(({ closed }) => !closed)
      .map(({ pattern }) => pattern);
  await using first = await subject.events("topic=b&topic=a");
  await using second = await subject.events("topic=a&topic=b&topic=a");
  await using third = await subject.events("topic=b");
  assert.deepEqual(open().toSorted(), ["a", "b"]);
  await subject.bus.inject("b", 1);
  for (const reader of [first, second, third]) {
    assert.deepEqual(await reader.messages(1), [1]);
  }
});

Deno.test("each message is converted to text once for all clients and patterns", async () => {
  await using subject = await LiveSubject.start();
  await using first = await subject.events("topic=a.b");
  await using second = await subject.events("topic=a.*");
  await using third = await subject.socket();
  await third.ask({ subscribe: "#" });
  let asked = 0;
  const message = {
    toJSON(): string {
      asked++;
      return "text";
    },
  };
  await subject.bus.inject("a.b", message);
  assert.deepEqual(await first.messages(1), ["text"]);
  assert.deepEqual(await second.messages(1), ["text"]);
  assert.equal((await third.next()).message, "text");
  assert.equal(asked, 1);
});

Deno.test("neither topics nor messages can forge an event", async () => {
  await using subject = await LiveSubject.start();
  await using reader = await subject.events("topic=%23");
  const hostile =
    "x\n\nevent: gap\r\ndata: forged\r\rid: 1\u2028\u0000: \ufeff";
  await subject.bus.inject(hostile, { [hostile]: hostile }, { id: hostile });
  await subject.bus.inject("next", 1);
  const block = await reader.next();
  assert.deepEqual(JSON.parse(block!.data!), {
    topic: hostile,
    message: { [hostile]: hostile },
    id: hostile,
    time: "1970-01-01T00:00:00.000Z",
  });
  assert.deepEqual(Object.keys(block!), ["id", "data"]);
  assert.deepEqual(await reader.messages(1), [1]);
});

Deno.test("a message without a form in JSON is sent as a gap", async () => {
  await using subject = await LiveSubject.start({ "buffer-size": 1_000 });
  await using reader = await subject.events("topic=%23");
  const cycle: Record<string, unknown> = {};
  cycle.cycle = cycle;
  await subject.bus.inject("a", cycle);
  await subject.bus.inject("a", "x".repeat(1_001));
  await subject.bus.inject("a", "whole");
  const gap = await reader.next();
  assert.equal(gap!.event, "gap");
  assert.equal(gap!.data, '{"reason":"not-encodable","missed":1}');
  assert.equal(
    (await reader.next())!.data,
    '{"reason":"too-large","missed":1}',
  );
  assert.deepEqual(await reader.messages(1), ["whole"]);
});

Deno.test("a quiet connection has a comment at every heartbeat, a busy one has none", async () => {
  await using subject = await LiveSubject.start({ heartbeat: 10 });
  await using quiet = await subject.events("topic=quiet");
  await using busy = await subject.events("topic=busy");
  await subject.bus.inject("busy", 1);
  assert.deepEqual(await busy.messages(1), [1]);
  await subject.module.advance(10_000);
  assert.deepEqual(await quiet.next(), { comment: "" });
  await subject.bus.inject("busy", 2);
  assert.deepEqual(await busy.messages(1), [2]);
  await subject.module.advance(20_000);
  assert.deepEqual(await busy.next(), { comment: "" });
});

Deno.test("a burst reaches a client that reads", async () => {
  await using subject = await LiveSubject.start();
  await using reader = await subject.events("topic=a");
  const count = 20_000;
  const published = (async () => {
    for (let n = 0; n < count; n++) await subject.bus.inject("a", n);
  })();
  assert.deepEqual(
    await reader.messages(count),
    Array.from({ length: count }, (_, n) => n),
  );
  await published;
});

Deno.test("a client that leaves makes room for another one", async () => {
  await using subject = await LiveSubject.start({ "max-clients": 1 });
  {
    await using _ = await subject.events("topic=a");
    const refused = await fetch(subject.url("/live/events?topic=a"));
    assert.equal(refused.status, 503);
    assert.equal(refused.headers.get("retry-after"), "5");
    assert.equal((await refused.json()).code, "TOO_MANY_CLIENTS");
  }
  for (;;) { // the server notices it a little later
    const response = await fetch(subject.url("/live/events?topic=a"));
    await response.body!.cancel();
    if (response.status === 200) break;
  }
});
