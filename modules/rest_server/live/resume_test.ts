import assert from "node:assert/strict";
import { within } from "./testing/event_reader.ts";
import { LiveSubject } from "./testing/live_subject.ts";

Deno.test("an EventSource whose connection breaks resumes by itself, and misses no message", async () => {
  await using subject = await LiveSubject.start({ retry: 0.1 });
  const broken = Promise.withResolvers<void>();
  let connections = 0;
  const front = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { pathname, search } = new URL(request.url);
      const id = request.headers.get("last-event-id");
      const url = subject.url(pathname + search);
      const { body } = await fetch(
        url,
        id ? { headers: { "last-event-id": id } } : {},
      );
      const headers = { "content-type": "text/event-stream" };
      return ++connections > 1 ? new Response(body, { headers }) : new Response(
        body!.pipeThrough(endAfterFirst(() => broken.resolve())),
        { headers },
      );
    },
  );
  const source = new EventSource(
    `http://127.0.0.1:${front.addr.port}/live/events?topic=a`,
  );
  const received: unknown[] = [];
  const all = new Promise<void>((resolve) => {
    source.onmessage = ({ data }) =>
      received.push(JSON.parse(data).message) === 4 && resolve();
  });
  source.addEventListener("gap", ({ data }) => received.push(data));
  try {
    await new Promise((resolve) => source.onopen = resolve);
    await subject.bus.inject("a", 1);
    await broken.promise;
    for (const n of [2, 3, 4]) await subject.bus.inject("a", n);
    await within(all);
    assert.deepEqual(received, [1, 2, 3, 4]);
    assert.equal(connections, 2);
  } finally {
    source.close();
    await front.shutdown();
  }
});

/** Passes everything on up to the first message, then ends. */
function endAfterFirst(
  onEnd: () => void,
): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  return new TransformStream({
    transform(chunk, controller) {
      controller.enqueue(chunk);
      if (!new TextDecoder().decode(chunk).includes("data:")) return;
      controller.terminate();
      onEnd();
    },
  });
}

/**
 * Returns what a client receives after it reconnects with `position`, up to the
 * message "now".
 */
async function resume(
  subject: LiveSubject,
  position: string,
  how: "header" | "query" = "header",
) {
  await using reader = how === "header"
    ? await subject.events("topic=a", { "last-event-id": position })
    : await subject.events(`topic=a&last-event-id=${position}`);
  await subject.bus.inject("a", "now");
  const received: unknown[] = [];
  for (;;) {
    const { event, data } = (await reader.next())!;
    const json = JSON.parse(data!);
    received.push(event === "gap" ? json : json.message);
    if (json.message === "now") return received;
  }
}

async function heardUpTo(subject: LiveSubject, count: number): Promise<string> {
  await using reader = await subject.events("topic=a");
  for (let n = 1; n <= count; n++) await subject.bus.inject("a", n);
  await reader.messages(count);
  return reader.position!;
}

Deno.test("a client that reconnects with a position gets the messages it missed, by header or query", async (t) => {
  for (const how of ["header", "query"] as const) {
    await t.step(how, async () => {
      await using subject = await LiveSubject.start();
      const position = await heardUpTo(subject, 2);
      for (const n of [3, 4]) await subject.bus.inject("a", n);
      assert.deepEqual(await resume(subject, position, how), [3, 4, "now"]);
    });
  }
});

Deno.test("a position in the header takes precedence over one in the URL", async () => {
  await using subject = await LiveSubject.start();
  const position = await heardUpTo(subject, 3);
  const first = position.replace(/\d+$/, "1");
  await using reader = await subject.events(
    `topic=a&last-event-id=${first}`,
    { "last-event-id": position },
  );
  await subject.bus.inject("a", 4);
  assert.deepEqual(await reader.messages(1), [4]);
});

Deno.test("a client whose position has expired gets a gap with the number of missed messages", async () => {
  await using subject = await LiveSubject.start({ buffer: 3 });
  const position = await heardUpTo(subject, 1);
  for (const n of [2, 3, 4, 5, 6]) await subject.bus.inject("a", n);
  assert.deepEqual(await resume(subject, position), [
    { reason: "expired", missed: 2 },
    4,
    5,
    6,
    "now",
  ]);
});

Deno.test("a client with a foreign position gets a gap of unknown size", async (t) => {
  await using subject = await LiveSubject.start();
  const position = await heardUpTo(subject, 1);
  await using other = await LiveSubject.start();
  const foreign = {
    "of another server, or of before a restart": await heardUpTo(other, 1),
    "ahead of the feed": position.replace(/\d+$/, "9"),
    "without a number": position.replace(/\d+$/, ""),
    "with a negative number": position.replace(/\d+$/, "-1"),
    "with a fractional number": position.replace(/\d+$/, "0.5"),
    "with a number too long": position.replace(/\d+$/, "9".repeat(400)),
    "no position at all": "x",
  };
  for (const [name, position] of Object.entries(foreign)) {
    await t.step(name, async () => {
      assert.deepEqual(await resume(subject, position), [
        { reason: "foreign", missed: null },
        "now",
      ]);
    });
  }
});

Deno.test("a client can resume from the position of a gap", async () => {
  await using subject = await LiveSubject.start({ buffer: 2 });
  const position = await heardUpTo(subject, 1);
  for (const n of [2, 3, 4, 5]) await subject.bus.inject("a", n);
  let gap: string | undefined;
  {
    await using reader = await subject.events("topic=a", {
      "last-event-id": position,
    });
    assert.equal((await reader.next())!.event, "gap");
    gap = reader.position;
  }
  assert.deepEqual((await resume(subject, gap!)).slice(0, 2), [4, 5]);
});

Deno.test("a feed without clients stays subscribed for its grace, then unsubscribes", async () => {
  await using subject = await LiveSubject.start({ grace: 30, heartbeat: 10 });
  const position = await heardUpTo(subject, 1);
  await left(subject);
  await subject.module.advance(29_999);
  assert.equal(open(subject), 1);
  await subject.bus.inject("a", 2);
  assert.deepEqual(await resume(subject, position), [2, "now"]);
  await left(subject);
  await subject.module.advance(50_000);
  assert.equal(open(subject), 0);
  assert.deepEqual(await resume(subject, position), [
    { reason: "foreign", missed: null },
    "now",
  ]);
});

Deno.test("a feed without grace ends with its last client", async () => {
  await using subject = await LiveSubject.start({ grace: 0 });
  const position = await heardUpTo(subject, 1);
  while (open(subject) > 0) await new Promise(setImmediate);
  assert.deepEqual(await resume(subject, position), [
    { reason: "foreign", missed: null },
    "now",
  ]);
});

Deno.test("a feed without grace stays open while it has a client", async () => {
  await using subject = await LiveSubject.start({ grace: 0, heartbeat: 10 });
  await using reader = await subject.events("topic=a");
  await subject.module.advance(10_000);
  assert.deepEqual(await reader.next(), { comment: "" });
  await subject.bus.inject("a", 1);
  assert.deepEqual(await reader.messages(1), [1]);
});

/**
 * Waits until the server has noticed that its clients have left: until then
 * they count among `max-clients`.
 */
async function left(subject: LiveSubject): Promise<void> {
  while (subject.live.clients > 0) await new Promise(setImmediate);
}

function open(subject: LiveSubject): number {
  return [...subject.module.subscriptions]
    .filter(({ closed }) => !closed).length;
}
