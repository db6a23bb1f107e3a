import assert from "node:assert/strict";
import { CaryatidError } from "@caryatid/sdk";
import { MockBus } from "@caryatid/sdk/testing";
import { LiveSubject } from "./testing/live_subject.ts";

async function problem(
  subject: LiveSubject,
  path: string,
  init?: RequestInit,
): Promise<{ status: number; code: string; headers: Headers }> {
  const response = await fetch(subject.url(path), init);
  const { headers } = response;
  assert.equal(headers.get("content-type"), "application/problem+json");
  const { status, code, title, detail } = await response.json();
  assert.equal(status, response.status);
  assert(title && detail);
  return { status, code, headers };
}

Deno.test("forbidden and invalid topics are refused", async (t) => {
  await using subject = await LiveSubject.start({
    subscribe: ["clock.*", "chat.#"],
    "max-subscriptions": 2,
  });
  const refused: Record<string, [query: string, status: number, code: string]> =
    {
      "no topic": ["", 400, "INVALID_TOPIC"],
      "a topic too long": [`topic=${"é".repeat(128)}`, 400, "INVALID_TOPIC"],
      "too many topics": [
        "topic=chat.a&topic=chat.b&topic=chat.c",
        400,
        "TOO_MANY_SUBSCRIPTIONS",
      ],
      "another topic": ["topic=secret", 403, "FORBIDDEN"],
      "one allowed, one not": ["topic=chat.a&topic=secret", 403, "FORBIDDEN"],
      "a wider pattern": ["topic=clock.%23", 403, "FORBIDDEN"],
      "all": ["topic=%23", 403, "FORBIDDEN"],
      "requests": ["topic=chat._request.*", 403, "FORBIDDEN"],
      "answers": ["topic=chat._response.%23", 403, "FORBIDDEN"],
    };
  for (const [name, [query, status, code]] of Object.entries(refused)) {
    await t.step(name, async () => {
      const { headers: _, ...found } = await problem(
        subject,
        `/live/events?${query}`,
      );
      assert.deepEqual(found, { status, code });
    });
  }
  await t.step("and nothing was subscribed to", () => {
    assert.deepEqual([...subject.module.subscriptions], []);
  });
});

Deno.test("topics that the configuration does not name are refused", async () => {
  await using subject = await LiveSubject.start({ subscribe: [] });
  const { status } = await problem(subject, "/live/events?topic=a");
  assert.equal(status, 403);
});

Deno.test("no client receives requests, whatever is allowed", async () => {
  await using subject = await LiveSubject.start();
  await using reader = await subject.events("topic=%23");
  await using handling = subject.bus.answer("ask", () => "answer");
  await subject.bus.ask("ask", "secret");
  await subject.bus.inject("ask._response.0123456789abcdef", "secret");
  await subject.bus.inject("open", 1);
  assert.deepEqual(await reader.messages(1), [1]);
  assert.equal(handling.closed, false);
});

Deno.test("other methods get 405, and HEAD gets headers and does not count as a client", async () => {
  await using subject = await LiveSubject.start({ "max-clients": 1 });
  for (const method of ["POST", "PUT", "DELETE"]) {
    for (const path of ["/live/events?topic=a", "/live/socket"]) {
      const { status, headers } = await problem(subject, path, { method });
      assert.equal(status, 405);
      assert.equal(headers.get("allow"), "GET, HEAD");
    }
  }
  const url = subject.url("/live/events?topic=a");
  for (let i = 0; i < 3; i++) {
    const response = await fetch(url, { method: "HEAD" });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("content-type"), "text/event-stream");
    assert.equal(await response.text(), "");
  }
  assert.equal(subject.live.clients, 0);
});

Deno.test("other paths go to the bus", async () => {
  await using subject = await LiveSubject.start({ path: "/api/now" });
  for (const path of ["/live/events?topic=a", "/api/now", "/api/now/other"]) {
    const response = await fetch(subject.url(path));
    assert.equal(response.status, 404);
    await response.body?.cancel();
  }
  const response = await fetch(subject.url("/api/now/events?topic=a"));
  assert.equal(response.status, 200);
  await response.body?.cancel();
});

Deno.test("a topic beyond the maximum of feeds is refused, unless a feed has no client", async () => {
  await using subject = await LiveSubject.start({ "max-feeds": 2 });
  await using _first = await subject.events("topic=a");
  {
    await using _second = await subject.events("topic=b");
    await using _same = await subject.events("topic=a");
    const { status } = await problem(subject, "/live/events?topic=c");
    assert.equal(status, 503);
  }
  while (subject.live.clients > 1) await new Promise(setImmediate);
  await using third = await subject.events("topic=c");
  await subject.bus.inject("c", 1);
  assert.deepEqual(await third.messages(1), [1]);
});

Deno.test("a bus that is away is a 503 without its details", async () => {
  const bus = new MockBus();
  await using subject = await LiveSubject.start({}, bus);
  const secret = new CaryatidError("BUS_UNAVAILABLE", "no amqp://secret@host");
  bus.fail("subscribe", secret);
  const response = await fetch(subject.url("/live/events?topic=a"));
  assert.equal(response.status, 503);
  assert.equal(response.headers.get("retry-after"), "5");
  assert.doesNotMatch(await response.text(), /secret/);
  assert.equal(subject.live.clients, 0);
  await using _ = await subject.events("topic=a"); // it is tried again
});

Deno.test("clients who were refused together leave nothing behind", async () => {
  const bus = new MockBus();
  await using subject = await LiveSubject.start({ grace: 0 }, bus);
  bus.fail("subscribe", new CaryatidError("BUS_UNAVAILABLE", "away"));
  const url = subject.url("/live/events?topic=a");
  const responses = await Promise.all(
    Array.from({ length: 8 }, () => fetch(url)),
  );
  const served = responses.filter(({ status }) => status === 200);
  await Promise.all(responses.map(({ body }) => body?.cancel()));
  while (subject.live.clients > 0) await new Promise(setImmediate);
  const open = [...subject.module.subscriptions]
    .filter(({ closed }) => !closed);
  assert(served.length < responses.length);
  assert.deepEqual(open, []);
});

Deno.test("an invalid configuration is refused", async (t) => {
  const wrong = {
    "a path without a slash": { path: "live" },
    "a pattern too long": { subscribe: ["x".repeat(256)] },
    "no buffer": { buffer: 0 },
    "a heartbeat of 0": { heartbeat: 0 },
    "text": { "max-clients": "many" },
  };
  for (const [name, config] of Object.entries(wrong)) {
    await t.step(name, async () => {
      await assert.rejects(LiveSubject.start(config), {
        code: "INVALID_CONFIG",
      });
    });
  }
});
