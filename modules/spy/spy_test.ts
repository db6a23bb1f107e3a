import { Process } from "@caryatid/process";
import { CaryatidError, type PublishOptions } from "@caryatid/sdk";
import {
  type LogRecord,
  MockBus,
  type TestedModule,
  testModule,
} from "@caryatid/sdk/testing";
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import spy from "./mod.ts";

Deno.test("spy logs topic and message at level info", async () => {
  await using test = await testModule(spy);
  await inject(test, ["any.topic", { agent: 7 }]);
  assert.deepEqual(test.logs, [{
    level: "info",
    text: "received {topic}: {message}",
    properties: { topic: "any.topic", message: { agent: 7 } },
  }]);
});

Deno.test("spy applies its level", async () => {
  await using test = await testModule(spy, { level: "debug" });
  await inject(test, ["a", 1]);
  assert.equal(test.logs[0]?.level, "debug");
});

Deno.test("spy logs only messages on its topic", async () => {
  await using test = await testModule(spy, { topic: "mi5.*" });
  await inject(test, ["mi6.secret", 1], ["mi5.secret", 2], ["mi5", 3]);
  assert.deepEqual(topicsOf(test), ["mi5.secret"]);
});

Deno.test("spy logs a message once if several patterns match", async () => {
  const topic = ["a.#", "*.b", "#.c", "a.#"];
  await using test = await testModule(spy, { topic });
  await inject(test, ["a.b", 1], ["x.b", 2], ["a.b.c", 3], ["x.y", 4]);
  assert.deepEqual(topicsOf(test), ["a.b", "x.b", "a.b.c"]);
});

Deno.test("spy filters out topics before they are queued", async () => {
  const bus = new MockBus();
  const config = { except: ["clock.#", "*.noise"], "queue-size": 1 };
  await using test = await testModule(spy, config, { bus });
  await inject(test, ["wanted", 1], ["clock.tick", 2], ["a.noise", 3]);
  assert.deepEqual(topicsOf(test), ["wanted"]);
  assert.equal(test.logs.length, 1); // and nothing is missed
});

Deno.test("spy logs messages that where selects", async () => {
  const where = { "message.kind": "order", "message.total": { above: 100 } };
  await using test = await testModule(spy, { where });
  await inject(
    test,
    ["a", { kind: "order", total: 100 }],
    ["b", { kind: "order", total: 101 }],
    ["c", { kind: "offer", total: 102 }],
    ["d", "order"],
  );
  assert.deepEqual(topicsOf(test), ["b"]);
});

Deno.test("spy filters out other messages before they are queued", async () => {
  const bus = new MockBus();
  const where = { "message.kind": "order" };
  const config = { where, "queue-size": 1 };
  await using test = await testModule(spy, config, { bus });
  const order = { kind: "order" };
  await inject(test, ["a", order], ["b", { kind: "offer" }], ["c", 1]);
  assert.deepEqual(topicsOf(test), ["a"]);
  assert.equal(test.logs.length, 1); // and nothing is missed
});

Deno.test("spy logs selected fields of the message and the delivery", async () => {
  const show = ["message.kind", "message.customer", "headers.trace", "id"];
  const redact = ["message.customer.card"];
  await using test = await testModule(spy, { show, redact });
  const customer = { name: "Ann", card: "4111" };
  const options = { id: "0123456789abcdef", headers: { trace: "t1" } };
  await inject(test, ["a", { kind: "order", customer, large: "x" }, options]);
  await inject(test, ["b", { kind: "offer" }, { id: "fedcba9876543210" }]);
  assert.deepEqual(test.logs.map(({ properties }) => properties?.shown), [
    {
      "message.kind": "order",
      "message.customer": { name: "Ann", card: "***" },
      "headers.trace": "t1",
      id: "0123456789abcdef",
    },
    { "message.kind": "offer", id: "fedcba9876543210" },
  ]);
});

Deno.test("spy limits a message to its size", async () => {
  await using test = await testModule(spy, { size: 100 });
  await inject(test, ["a", { text: "x".repeat(1_000) }]);
  assert.deepEqual(test.logs[0]?.properties?.message, {
    text: "x".repeat(25) + "… 975 more",
  });
});

Deno.test("spy logs messages that throw when they are read", async () => {
  const refuse = (): never => {
    throw new Error("hostile");
  };
  const traps = new Proxy({}, { get: refuse });
  const where = { "message.kind": { not: "x" } };
  await using test = await testModule(spy, { where });
  const getter = Object.defineProperty({}, "kind", {
    get: refuse,
    enumerable: true,
  });
  await inject(test, ["a", getter], ["b", new Proxy({}, traps)], ["c", "fine"]);
  assert.deepEqual(messagesOf(test), [{ kind: "<getter>" }, "<proxy>", "fine"]);
});

Deno.test("spy escapes control characters", async () => {
  await using test = await testModule(spy);
  await inject(test, ["a.\u001b[2J", "\u001b]0;title\u0007"]);
  assert.deepEqual(test.logs[0]?.properties, {
    topic: "a.\\u{1b}[2J",
    message: "\\u{1b}]0;title\\u{7}",
  });
});

Deno.test("spy logs a request with its answer as a pair, or skips it", async (t) => {
  for (const requests of [true, false]) {
    await t.step(`requests = ${requests}`, async () => {
      await using test = await testModule(spy, { requests });
      test.bus.answer("weather.*", () => "sunny");
      await test.bus.request("weather.paris", "now");
      await test.settle();
      const [log] = test.logs;
      if (!requests) return assert.equal(log, undefined);
      assert.equal(test.logs.length, 1);
      assert.equal(
        log?.text,
        "received request {topic}: {message}, answered in {duration} ms: {answer}",
      );
      const { duration, request, ...rest } = log!.properties!;
      assert.deepEqual(rest, {
        topic: "weather.paris",
        message: "now",
        answer: "sunny",
      });
      assert(Number(duration) >= 0, String(duration));
      assert.match(String(request), /^[0-9a-f]{16}$/);
    });
  }
});

Deno.test("spy logs a failed request with its error", async () => {
  await using test = await testModule(spy, { topic: "weather.paris" });
  test.bus.answer("weather.*", () => {
    throw new CaryatidError("NO_WEATHER", "it is night");
  });
  await assert.rejects(test.bus.request("weather.paris", "now"));
  await test.settle();
  const [{ text, properties }, ...others] = test.logs as [LogRecord];
  assert.deepEqual(others, []);
  assert.match(text, /\{message\}, failed in \{duration\} ms: \{error\}$/);
  assert.equal(properties?.error, "NO_WEATHER: it is night");
});

Deno.test("spy logs a request that has no answer yet, and later its answer", async () => {
  await using test = await testModule(spy, { topic: "weather.#" });
  const { promise, resolve } = Promise.withResolvers<string>();
  test.bus.answer("weather.*", () => promise);
  const answer = test.bus.request("weather.paris", "now", { timeout: 60_000 });
  await test.settle();
  assert.equal(test.logs.length, 0);
  await test.advance(1_500);
  assert.match(test.logs[0]!.text, /\{message\}, no answer seen yet$/);
  resolve("rain");
  await answer;
  await test.settle();
  assert.equal(test.logs.length, 2);
  assert.equal(test.logs[1]?.properties?.answer, "rain");
});

Deno.test("spy applies redact, show, where and except to a request and its answer", async () => {
  await using test = await testModule(spy, {
    except: "secret.#",
    where: { "message.shop": 1 },
    redact: ["message.#.pin"],
    show: ["message.pin", "message.name"],
  });
  test.bus.answer("#", () => ({ pin: 5, name: "Ann", more: true }));
  await test.bus.request("user.get", { shop: 1, pin: 4 });
  await test.bus.request("user.get", { shop: 2 });
  await test.bus.request("secret.get", { shop: 1 });
  await test.settle();
  await test.advance(2_000);
  assert.equal(test.logs.length, 1);
  const { shown, answer } = test.logs[0]!.properties!;
  assert.deepEqual(shown, { "message.pin": "***" });
  assert.deepEqual(answer, { "message.pin": "***", "message.name": "Ann" });
});

Deno.test("spy logs requests alone if answers is false", async () => {
  await using test = await testModule(spy, { answers: false });
  test.bus.answer("weather.*", () => "sunny");
  await test.bus.request("weather.paris", "now");
  await test.settle();
  assert.deepEqual(test.logs.map(({ text }) => text), [
    "received request {topic}: {message}",
  ]);
});

Deno.test("spy logs an answer on a topic, as those of Rust", async () => {
  await using test = await testModule(spy);
  await inject(test, ["weather.paris._response.0123456789abcdef", "sunny"]);
  assert.deepEqual(test.logs, [{
    level: "info",
    text: "received answer {topic}: {message}",
    properties: {
      topic: "weather.paris",
      request: "0123456789abcdef",
      message: "sunny",
    },
  }]);
});

Deno.test("spy limits messages per second and logs the number of omitted ones", async () => {
  await using test = await testModule(spy, { "per-second": 2 });
  await inject(test, ...numbers(10));
  assert.deepEqual(messagesOf(test), [0, 1]);
  await test.advance(1_000);
  await inject(test, ["a", 10]);
  assert.deepEqual(test.logs.slice(2).map(({ properties }) => properties), [
    { count: 8, limit: 2 },
    { topic: "a", message: 10 },
  ]);
});

Deno.test("spy logs one message in one-in", async () => {
  await using test = await testModule(spy, { "one-in": 4 });
  await inject(test, ...numbers(10));
  assert.deepEqual(messagesOf(test), [0, 4, 8]);
});

Deno.test("spy misses messages without delaying publishers and logs their number once", async () => {
  await using test = await testModule(spy, { "queue-size": 100 });
  // all in one turn of the event loop, in which the spy cannot read
  await inject(test, ...numbers(1_000));
  const missed = test.logs.filter(({ level }) => level === "warn");
  assert.deepEqual(missed, [{
    level: "warn",
    text: "missed {count} messages on {pattern}: the spy is too slow",
    properties: { count: 1_001 - test.logs.length, pattern: "#" },
  }]);
  assert.equal(messagesOf(test).at(-1), 999);
  await inject(test, ["a", "later"]);
  assert.equal(test.logs.filter(({ level }) => level === "warn").length, 1);
});

Deno.test("spy prints a message in one line", async () => {
  await using program = new Deno.Command(Deno.execPath(), {
    args: ["eval", `--config=${CONFIG}`, PROGRAM],
    stdout: "piped",
    stderr: "inherit",
    stdin: "null",
  }).spawn();
  const { stdout } = await program.output();
  const lines = new TextDecoder().decode(stdout).split("\n");
  const received = lines.filter((line) => line.includes(" received "));
  assert.equal(received.length, 1);
  assert.match(
    received[0]!,
    /received a\.\\u\{1b\}: \{ text: "x+… 900 more", b: 2 \}$/,
  );
});

const CONFIG = fileURLToPath(new URL("../../deno.json", import.meta.url));
const PROGRAM = `
  import { spy } from "@caryatid/modules";
  import { Process } from "@caryatid/process";
  const process = await Process.create({
    config: "[module.spy]\\nsize = 400", modules: [spy], env: {},
  });
  await process.start();
  const message = { text: "x".repeat(1000), b: 2 };
  await process.context.publish("a.\\u001b", message);
  await process.stop();
`;

Deno.test("spy refuses an invalid configuration with its line", async (t) => {
  const wrong: Readonly<Record<string, RegExp>> = {
    [`topic = "${"é".repeat(128)}"`]: /spy.topic: .*255/,
    "topic = []": /spy.topic/,
    "topic = 5": /spy.topic: .*expected a pattern, or an array of patterns/,
    'where = { "mesage.kind" = 1 }': /expected a path that begins with message/,
    'where = { "message.*" = 1 }': /found a wildcard/,
    'where = { "message.a" = { over = 1 } }': /over/,
    'show = ["message..a"]': /show\[0\].*empty word/,
    'redact = ["password"]': /redact\[0\].*expected a path/,
    "size = 1": /spy.size/,
    "one-in = 0": /one-in/,
    "per-second = 0.5": /per-second/,
    'level = "loud"': /spy.level/,
  };
  for (const [line, message] of Object.entries(wrong)) {
    await t.step(line.slice(0, 40), async () => {
      const config = `[log]\nlevel = "error"\n[module.spy]\n${line}\n`;
      const start = async () => {
        await using process = await Process.create({
          config,
          modules: [spy],
          env: {},
        });
        await process.start();
      };
      await assert.rejects(start, (error: Error & { code?: string }) => {
        assert.equal(error.code, "INVALID_CONFIG");
        assert.match(error.message, message);
        assert.match(error.message, /:4:\d+: /);
        return true;
      });
    });
  }
});

type Sent = readonly [topic: string, message: unknown, PublishOptions?];

/** Publishes messages in one turn of the event loop and returns the logs. */
async function inject(test: TestedModule, ...sent: Sent[]): Promise<void> {
  await Promise.all(sent.map((one) => test.bus.inject(...one)));
  await test.settle();
}

function numbers(count: number): Sent[] {
  return Array.from({ length: count }, (_, n) => ["a", n]);
}

function topicsOf(test: TestedModule): unknown[] {
  return test.logs.map(({ properties }) => properties?.topic);
}

function messagesOf(test: TestedModule): unknown[] {
  return test.logs.filter(({ text }) => text.startsWith("received"))
    .map(({ properties }) => properties?.message);
}
