import assert from "node:assert/strict";
import { handleRoute } from "../routes/handle_route.ts";
import { EventReader, within } from "./testing/event_reader.ts";
import { SocketTester } from "./testing/socket_tester.ts";
import { StuckClient } from "./testing/stuck_client.ts";
import { RestProcess } from "../testing/rest_process.ts";

const CLOCK = { module: { clock: { period: 0.02 } } };

/** Opens server-sent events, and reads the first block. */
async function events(
  rest: RestProcess,
  topic: string,
  headers: Record<string, string> = {},
): Promise<EventReader> {
  const url = `${rest.url}/live/events?topic=${topic}`;
  const reader = await EventReader.open(url, headers);
  await reader.next();
  return reader;
}

function socket(rest: RestProcess): Promise<SocketTester> {
  const url = `ws://127.0.0.1:${rest.socketPort}/live/socket`;
  return SocketTester.open(url, {});
}

Deno.test("E16 pages receive the clock over both kinds of connection, and a stop ends them at once", async () => {
  const rest = await RestProcess.start(
    {
      live: {
        subscribe: ["clock.#", "chat.*"],
        publish: ["chat.*"],
        "socket-port": 0,
      },
      "drain-timeout": 60,
    },
    { config: CLOCK },
  );
  await using reader = await events(rest, "clock.tick");
  await using client = await socket(rest);
  const [first, second] = await reader.messages(2) as { number: number }[];
  assert.equal(second!.number, first!.number + 1);
  const { subscribed } = await client.ask({ subscribe: "chat.say" });
  assert.equal(subscribed, "chat.say");
  client.send({ publish: "chat.say", message: "hello" });
  assert.equal((await client.next()).message, "hello");
  await within(rest.process.stop());
  while (await reader.next() !== undefined) {
    // ticks that were on their way
  }
  assert.equal((await within(client.closed)).code, 1001);
});

Deno.test("streams do not count as requests in flight and have no timeout", async () => {
  await using rest = await RestProcess.start({
    live: { subscribe: ["#"] },
    "max-concurrent": 1,
    "request-timeout": 0.5,
  }, {
    config: CLOCK,
    routes: (context) => handleRoute(context, "GET /hello", () => "hello"),
  });
  await using first = await events(rest, "clock.tick");
  await using second = await events(rest, "clock.tick");
  await first.messages(50); // twice the time-out
  await second.messages(50);
  const answer = await rest.fetch("/hello");
  assert.equal(await answer.text(), "hello");
});

Deno.test("a stream is not compressed, and pages of allowed origins may read it", async () => {
  await using rest = await RestProcess.start({
    live: { subscribe: ["#"] },
    compression: true,
    cors: { origins: ["https://page.example"] },
    "request-id": "x-request-id",
  }, { config: CLOCK });
  await using reader = await events(rest, "clock.tick", {
    "accept-encoding": "gzip",
    origin: "https://page.example",
  });
  const { headers } = reader.response;
  assert.equal(headers.get("content-encoding"), null);
  assert.equal(headers.get("cache-control"), "no-store, no-transform");
  assert.equal(
    headers.get("access-control-allow-origin"),
    "https://page.example",
  );
  assert(headers.get("x-request-id"));
  await reader.messages(2);
});

Deno.test("HEAD on a stream is answered, and does not count as a client", async () => {
  await using rest = await RestProcess.start({
    live: { subscribe: ["#"], "max-clients": 1 },
  }, { config: CLOCK });
  for (let i = 0; i < 3; i++) {
    const path = "/live/events?topic=clock.tick";
    const answer = await rest.fetch(path, { method: "HEAD" });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get("content-type"), "text/event-stream");
    assert.equal(await answer.text(), "");
  }
  await using reader = await events(rest, "clock.tick");
  await reader.messages(1);
});

Deno.test("the guards protect streams, and refusals of streams are problem details", async () => {
  const env = { name: "CARYATID_TEST_LIVE_TOKEN", token: "letmein" };
  Deno.env.set(env.name, env.token);
  await using rest = await RestProcess.start({
    live: { subscribe: ["clock.#"] },
    auth: { "tokens-env": env.name },
  }, { config: CLOCK });
  Deno.env.delete(env.name);
  for (const path of ["/live/events?topic=clock.tick", "/live/socket"]) {
    const refused = await rest.fetch(path);
    assert.equal(refused.status, 401);
    await refused.body?.cancel();
  }
  const headers = { authorization: `Bearer ${env.token}` };
  await using reader = await events(rest, "clock.tick", headers);
  await reader.messages(1);
  const refused = await rest.fetch("/live/events?topic=secret", { headers });
  assert.equal(refused.status, 403);
  assert.equal(refused.headers.get("cache-control"), "no-store");
  assert.deepEqual(await refused.json(), {
    type: "about:blank",
    title: "Forbidden",
    status: 403,
    detail: 'Not allowed to subscribe to "secret"',
    code: "FORBIDDEN",
  });
});

Deno.test("E16 a client that reads nothing delays a stop by no more than drain-timeout", async () => {
  const rest = await RestProcess.start({
    live: { subscribe: ["#"], buffer: 50 },
    "drain-timeout": 0.2,
  });
  await using _stuck = await StuckClient.events(rest.port, "topic=a");
  await using reader = await events(rest, "a");
  for (let n = 0; n < 500; n++) {
    await rest.context.publish("a", "x".repeat(16_384));
    await reader.messages(1);
  }
  await within(rest.process.stop());
});
