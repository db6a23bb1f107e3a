import { decode, encode } from "@caryatid/process/codec";
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { messages, take } from "../../../sdk/testing/conformance/take.ts";
import { within } from "../../../sdk/testing/conformance/promises.ts";
import { openClient } from "../amqp_client.ts";
import { brokerTest } from "../shared_broker.ts";
import { LogWatch } from "./log_watch.ts";
import { newBus } from "./new_bus.ts";

/** Headers of the W3C recommendation Trace Context, and a custom one. */
const TRACE = {
  traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  tracestate: "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE",
  "ünser-köpf": "größer",
};

brokerTest(
  "traceparent, tracestate and other headers travel with a publish to subscriptions, groups and dead letters, and with a replay",
  async ({ url, exchange }) => {
    const dead = { "dead-letter-exchange": `${exchange}.dead` };
    await using here = newBus({ url, exchange });
    await using there = newBus({ url, exchange, ...dead });
    await Promise.all([here.open(), there.open()]);
    const fanOut = there.subscribe("traced");
    const refusing = there.subscribe("traced", {
      group: "refusing",
      accept: () => {
        throw new Error("no");
      },
    });
    await Promise.all([fanOut.ready, refusing.ready]);
    const headers = { ...TRACE };
    const sent = here.publish("traced", 1, { headers });
    headers.traceparent = "changed later";
    await sent;
    const [received] = await take(fanOut, 1);
    assert.deepEqual(received!.headers, TRACE);
    // The group rejects the message when the loop reads it.
    const loop = refusing[Symbol.asyncIterator]();
    const next = loop.next();
    const log = async () => {
      for (;;) {
        const letters = await there.deadLetters.list();
        if (letters.length > 0) return letters;
      }
    };
    const [letter] = await within(log(), "the dead letter");
    assert.deepEqual(letter!.headers, TRACE);
    await refusing.close();
    await next;
    await there.deadLetters.replay();
    const [again] = await take(fanOut, 1);
    assert.deepEqual(again!.headers, TRACE);
  },
);

brokerTest(
  "headers travel with a request to its handler and to subscribers of requests",
  async ({ url, exchange }) => {
    await using here = newBus({ url, exchange });
    await using there = newBus({ url, exchange });
    await Promise.all([here.open(), there.open()]);
    const spy = there.subscribe("#");
    await spy.ready;
    await there.handle("traced", ({ headers }) => ({ ...headers })).ready;
    const headers = { ...TRACE };
    const answer = here.request("traced", null, { headers });
    headers.traceparent = "changed later";
    assert.deepEqual(await answer, TRACE);
    const [received] = await take(spy, 1);
    assert.deepEqual(received!.headers, TRACE);
  },
);

brokerTest(
  "Rust Caryatid, which ignores headers, reads a message and a request with headers",
  async ({ url, exchange }) => {
    await using bus = newBus({ url, exchange });
    await bus.open();
    await using rust = await openClient(url);
    const { queue } = await rust.channel.assertQueue("", { exclusive: true });
    await rust.channel.bindQueue(queue, exchange, "traced");
    await rust.channel.bindQueue(queue, exchange, "traced._request.*");
    const bodies: string[] = [];
    const both = Promise.withResolvers<void>();
    await rust.channel.consume(queue, (message) => {
      const { fields: { routingKey }, content } = message!;
      bodies.push(content.toString("hex"));
      const answer = routingKey.replace("_request", "_response");
      if (answer !== routingKey) {
        rust.channel.publish(exchange, answer, content);
      }
      if (bodies.length === 2) both.resolve();
    }, { noAck: true });
    await bus.publish("traced", { n: 1 }, { headers: TRACE });
    const answer = await bus.request("traced", { n: 1 }, { headers: TRACE });
    assert.deepEqual(answer, { n: 1 });
    await within(both.promise, "both bodies");
    const plain = Buffer.from(encode({ n: 1 })).toString("hex");
    assert.deepEqual(bodies, [plain, plain]);
  },
);

const unfit: Record<string, Record<string, unknown>> = {
  "CC, by which RabbitMQ routes": { CC: "elsewhere" },
  "BCC, by which RabbitMQ routes": { BCC: "elsewhere" },
  "a header name of the bus": { "caryatid-probe": "1" },
  "a value that is not text": { number: 1 },
};

for (const [what, headers] of Object.entries(unfit)) {
  brokerTest(
    `publish and request reject an unsupported header with INVALID_OPTION, and other messages arrive: ${what}`,
    async ({ url, exchange }) => {
      const log = new LogWatch();
      await using bus = newBus({ url, exchange }, log);
      await bus.open();
      const all = bus.subscribe("#");
      await all.ready;
      const given = { headers: headers as Record<string, string> };
      const [name] = Object.keys(headers);
      const refusal = {
        code: "INVALID_OPTION",
        message: new RegExp(`on "unfit": found the header "${name}"`),
      };
      const refused = bus.publish("unfit", 1, given);
      await assert.rejects(within(refused, "the refusal"), refusal);
      await assert.rejects(bus.request("unfit", 1, given), refusal);
      await bus.publish("fit", 2);
      assert.deepEqual(messages(await take(all, 1)), [2]);
      assert.deepEqual(log.all(/WARN|ERROR/), []);
    },
  );
}

brokerTest(
  "hostile headers from other clients do no harm: the bus omits values that are not text, and its own header names",
  async ({ url, exchange }) => {
    const log = new LogWatch();
    const dead = { "dead-letter-exchange": `${exchange}.dead` };
    await using bus = newBus({ url, exchange, ...dead }, log);
    await bus.open();
    const received = bus.subscribe("hostile");
    const group = bus.subscribe("hostile", { group: "members" });
    await Promise.all([received.ready, group.ready]);
    const echo = bus.handle("hostile", ({ headers }) => ({ ...headers }), {
      concurrency: 1,
    });
    await echo.ready;
    await using client = await openClient(url);
    const huge = "x".repeat(60_000);
    const all = [
      { number: 1, truth: true, nothing: null, kept: "text" },
      { nested: { nested: { nested: [1, { two: "2" }] } }, kept: "text" },
      JSON.parse('{"__proto__": {"polluted": "yes"}, "kept": "text"}'),
      JSON.parse('{"__proto__": "text", "constructor": "c", "kept": "text"}'),
      { CC: ["elsewhere"], bytes: Buffer.from([0xff, 0xfe]), kept: "text" },
      { huge, kept: "text" },
      {
        "caryatid-topic": "x",
        "caryatid-count": 1e9,
        "caryatid-unhandled": "1",
        "caryatid-code": { not: "text" },
        "x-death": [{ queue: "q", count: 1 }],
        "x-delivery-count": "many",
        kept: "text",
      },
    ];
    const body = Buffer.from(encode("body"));
    for (const headers of all) {
      client.channel.publish(exchange, "hostile", body, {
        headers,
        messageId: "\u0000../",
        timestamp: Number.MAX_SAFE_INTEGER,
      });
    }
    const expected = all.map((headers) => {
      if ("huge" in headers) return { huge, kept: "text" };
      if (Object.hasOwn(headers, "constructor")) {
        return headers; // all values are text; none pollutes Object
      }
      return "x-delivery-count" in headers
        ? { "x-delivery-count": "many", kept: "text" }
        : { kept: "text" };
    });
    for (const subscription of [received, group]) {
      const got = await take(subscription, all.length);
      assert.deepEqual(got.map(({ headers }) => ({ ...headers })), expected);
      for (const { headers, id } of got) {
        assert.equal((headers as Record<string, unknown>).polluted, undefined);
        assert.equal(id, "\u0000../");
      }
    }
    assert.equal(({} as Record<string, unknown>).polluted, undefined);

    const { queue } = await client.channel.assertQueue("", { exclusive: true });
    const answers: unknown[] = [];
    const answered = Promise.withResolvers<void>();
    await client.channel.consume(queue, (message) => {
      answers.push(decode(message!.content));
      if (answers.length === all.length) answered.resolve();
    }, { noAck: true });
    for (const headers of all) {
      client.channel.publish(`${exchange}.requests`, "hostile", body, {
        headers,
        replyTo: queue,
        correlationId: "1",
      });
    }
    await within(answered.promise, () => `answers, got ${answers.length}`);
    assert.deepEqual(answers, expected);
    assert.deepEqual(log.all(/WARN|ERROR/), []);
  },
);

brokerTest(
  "replay publishes a dead letter with a foreign CC header to its own topic only",
  async ({ url, exchange }) => {
    const dead = `${exchange}.dead`;
    await using bus = newBus({ url, exchange, "dead-letter-exchange": dead });
    await bus.open();
    const [own, other] = ["own", "other"].map((topic) => bus.subscribe(topic));
    // A group declares the dead-letter exchange.
    const member = bus.subscribe("unused", { group: "workers" });
    await Promise.all([own!.ready, other!.ready, member.ready]);
    await using client = await openClient(url);
    client.channel.publish(dead, "own", Buffer.from(encode("letter")), {
      headers: { CC: ["other"], "caryatid-topic": "own" },
    });
    await client.channel.checkExchange(dead); // answered after the publish
    assert.equal(await bus.deadLetters.replay(), 1);
    await bus.publish("other", "end");
    assert.deepEqual(messages(await take(own!, 1)), ["letter"]);
    assert.deepEqual(messages(await take(other!, 1)), ["end"]);
  },
);
