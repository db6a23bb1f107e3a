import assert from "node:assert/strict";
import { MockBus } from "@caryatid/sdk/testing";
import { within } from "./testing/event_reader.ts";
import { LiveSubject } from "./testing/live_subject.ts";
import { StuckClient } from "./testing/stuck_client.ts";

Deno.test("a client subscribes, receives, and unsubscribes", async () => {
  await using subject = await LiveSubject.start({ subscribe: ["clock.#"] });
  await using client = await subject.socket();
  const { at, ...subscribed } = await client.ask({
    subscribe: "clock.*",
    ref: 1,
  });
  assert.deepEqual(subscribed, { subscribed: "clock.*", ref: 1 });
  await subject.bus.inject("clock.tick", { number: 1 }, { id: "one" });
  assert.deepEqual(await client.next(), {
    pattern: "clock.*",
    at: at.replace(/0$/, "1"),
    topic: "clock.tick",
    message: { number: 1 },
    id: "one",
    time: "1970-01-01T00:00:00.000Z",
  });
  assert.deepEqual(await client.ask({ unsubscribe: "clock.*", ref: "x" }), {
    unsubscribed: "clock.*",
    ref: "x",
  });
  await subject.bus.inject("clock.tick", { number: 2 });
  await client.ask({ subscribe: "clock.tick" });
  await subject.bus.inject("clock.tick", { number: 3 });
  assert.deepEqual((await client.next()).message, { number: 3 });
});

Deno.test("a client resumes after its last position", async () => {
  await using subject = await LiveSubject.start({ buffer: 3 });
  let after: string;
  {
    await using client = await subject.socket();
    await client.ask({ subscribe: "a" });
    await subject.bus.inject("a", 1);
    after = (await client.next()).at;
  }
  for (const n of [2, 3]) await subject.bus.inject("a", n);
  await using client = await subject.socket();
  const { at } = await client.ask({ subscribe: "a", after });
  assert.equal(at, after);
  assert.equal((await client.next()).message, 2);
  assert.equal((await client.next()).message, 3);
  for (const n of [4, 5, 6]) await subject.bus.inject("a", n);
  await using late = await subject.socket();
  await late.ask({ subscribe: "a", after });
  const { gap } = await late.next();
  assert.deepEqual(gap, { reason: "expired", missed: 2 });
  assert.equal((await late.next()).message, 4);
});

Deno.test("a client publishes on allowed topics and gets the outcome", async () => {
  await using subject = await LiveSubject.start({ publish: ["chat.*"] });
  await using client = await subject.socket();
  client.send({ publish: "chat.say", message: { text: "unasked" } });
  assert.deepEqual(
    await client.ask({ publish: "chat.say", message: null, ref: 7 }),
    { published: "chat.say", ref: 7 },
  );
  assert.deepEqual(
    subject.bus.published.map(({ topic, message }) => ({ topic, message })),
    [
      { topic: "chat.say", message: { text: "unasked" } },
      { topic: "chat.say", message: null },
    ],
  );
});

Deno.test("actions that a client may not do are refused by code", async (t) => {
  await using subject = await LiveSubject.start({
    subscribe: ["clock.*", "chat.#"],
    publish: ["chat.#"],
    "max-subscriptions": 1,
    "max-rate": 1_000,
  });
  await using client = await subject.socket();
  await client.ask({ subscribe: "chat.first" });
  const refused: Record<string, [frame: unknown, code: string]> = {
    "subscribing elsewhere": [{ subscribe: "secret" }, "FORBIDDEN"],
    "subscribing to more": [{ subscribe: "clock.#" }, "FORBIDDEN"],
    "subscribing to requests": [{ subscribe: "chat._request.*" }, "FORBIDDEN"],
    "one subscription too many": [
      { subscribe: "clock.tick" },
      "TOO_MANY_SUBSCRIPTIONS",
    ],
    "subscribing twice": [{ subscribe: "chat.first" }, "INVALID_FRAME"],
    "unsubscribing from nothing": [{ unsubscribe: "x" }, "INVALID_FRAME"],
    "publishing elsewhere": [
      { publish: "clock.tick", message: 1 },
      "FORBIDDEN",
    ],
    "publishing on a wildcard": [
      { publish: "chat.*", message: 1 },
      "INVALID_TOPIC",
    ],
    "publishing on a topic too long": [
      { publish: `chat.${"x".repeat(255)}`, message: 1 },
      "INVALID_TOPIC",
    ],
    "publishing on a lone surrogate": [
      { publish: "chat.\ud800", message: 1 },
      "INVALID_TOPIC",
    ],
    "publishing a request": [
      { publish: "chat._request.0123456789abcdef", message: 1 },
      "FORBIDDEN",
    ],
    "publishing an answer": [
      { publish: "chat._response.0123456789abcdef", message: 1 },
      "FORBIDDEN",
    ],
    "publishing nothing": [{ publish: "chat.say" }, "INVALID_FRAME"],
    "an unknown key": [{ subscribe: "chat.a", filter: 1 }, "INVALID_FRAME"],
    "two things at once": [
      { subscribe: "chat.a", unsubscribe: "chat.a" },
      "INVALID_FRAME",
    ],
    "an array": [[], "INVALID_FRAME"],
    "not JSON": ["{", "INVALID_FRAME"],
  };
  for (const [name, [frame, code]] of Object.entries(refused)) {
    await t.step(name, async () => {
      const { error } = await client.ask(frame);
      assert.equal(error.code, code);
      assert(error.detail);
    });
  }
  await t.step("and none of them has an effect", () => {
    assert.deepEqual(subject.bus.published, []);
  });
});

Deno.test("a publish that the bus refuses is an error without its details", async () => {
  const bus = new MockBus();
  await using subject = await LiveSubject.start({ publish: ["#"] }, bus);
  await using client = await subject.socket();
  await subject.bus.close();
  assert.deepEqual(await client.ask({ publish: "a", message: 1, ref: 1 }), {
    error: { code: "UNAVAILABLE", detail: "The message was not accepted" },
    ref: 1,
  });
});

Deno.test("a connection is closed with the code of the client's violation", async (t) => {
  await using subject = await LiveSubject.start({
    "max-message-size": 1_000,
    "max-rate": 100_000,
  });
  await t.step("1003 for a binary frame", async () => {
    await using client = await subject.socket();
    client.socket.send(new Uint8Array(3));
    assert.equal((await within(client.closed)).code, 1003);
  });
  await t.step("1009 for a frame too large", async () => {
    await using client = await subject.socket();
    const text = JSON.stringify({ publish: "a", message: "é".repeat(500) });
    assert(text.length < 1_000);
    client.send(text);
    assert.equal((await within(client.closed)).code, 1009);
  });
  await t.step("1008 for a hundred refusals in a row", async () => {
    await using client = await subject.socket();
    for (let i = 0; i < 99; i++) await client.ask("{");
    await client.ask({ subscribe: "a" }); // what is accepted begins a new row
    for (let i = 0; i < 100; i++) await client.ask("{");
    assert.equal((await within(client.closed)).code, 1008);
  });
});

Deno.test("a client that sends too fast gets an error", async () => {
  await using subject = await LiveSubject.start({
    publish: ["#"],
    "max-rate": 5,
  });
  await using client = await subject.socket();
  for (let ref = 1; ref <= 10; ref++) {
    client.send({ publish: "a", message: ref, ref });
  }
  const answers = [];
  while (answers.length < 10) answers.push(await client.next());
  const refused = answers.filter(({ error }) => error);
  assert(subject.bus.published.length < 10);
  assert.equal(refused.length, 10 - subject.bus.published.length);
  assert(refused.every(({ error }) => error.code === "RATE_LIMITED"));
});

Deno.test("pages of other origins cannot open a WebSocket", async (t) => {
  await using subject = await LiveSubject.start({
    origins: ["https://friend.example"],
  });
  const connect = (origin: string) =>
    fetch(subject.url("/live/socket"), {
      headers: {
        connection: "upgrade",
        upgrade: "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
        origin,
      },
    });
  for (const origin of ["https://evil.example", "null", "file://", "x"]) {
    await t.step(`${origin} is refused`, async () => {
      const response = await connect(origin);
      assert.equal(response.status, 403);
      assert.equal((await response.json()).code, "FORBIDDEN");
    });
  }
  for (
    const origin of [
      "https://friend.example",
      `http://127.0.0.1:${subject.port}`,
    ]
  ) {
    await t.step(`${new URL(origin).hostname} is allowed`, async () => {
      await using client = await subject.socket({ origin });
      assert((await client.ask({ subscribe: "a" })).subscribed);
    });
  }
});

Deno.test("a request that is not a handshake is refused", async () => {
  await using subject = await LiveSubject.start();
  const plain = await fetch(subject.url("/live/socket"));
  assert.equal(plain.status, 426);
  assert.equal(plain.headers.get("upgrade"), "websocket");
  await plain.body?.cancel();
  const half = await fetch(subject.url("/live/socket"), {
    headers: { upgrade: "websocket" },
  });
  assert.equal(half.status, 400);
  await half.body?.cancel();
  assert.equal(subject.live.clients, 0);
});

Deno.test("a client that stopped reading continues at its own position, and does not delay others", async () => {
  await using subject = await LiveSubject.start({ buffer: 50 });
  await using stuck = await StuckClient.socket(subject.socketPort);
  await stuck.send({ subscribe: "a" });
  await using client = await subject.socket();
  await client.ask({ subscribe: "a" });
  const large = "x".repeat(16_384);
  for (let n = 0; n < 1_000; n++) { // 16 MB: more than all socket buffers
    await subject.bus.inject("a", [n, large]);
    assert.equal((await client.next()).message[0], n);
  }
  await subject.bus.inject("a", ["last"]);
  let missed = 0;
  for await (const { gap, message } of stuck.frames()) {
    missed += gap?.missed ?? 0;
    if (message?.[0] === "last") break;
  }
  assert(missed > 0, "nothing was missed: the buffers took it all");
});

Deno.test("a client that answers no ping is disconnected", async () => {
  await using subject = await LiveSubject.start({ heartbeat: 1 });
  await using stuck = await StuckClient.socket(subject.socketPort);
  assert.equal(subject.live.clients, 1);
  await assert.rejects(stuck.frames().next(), /the connection ended/);
  while (subject.live.clients > 0) await new Promise(setImmediate);
});
