import type { Context } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { rustTest } from "./rust_case.ts";
import type { RustPeer } from "./rust_peer.ts";

/** Requests in flight at the same time, each way. */
const MANY = 50;

interface Answer {
  readonly Test: { readonly data: string; readonly number: number };
}

rustTest("Rust answers requests of ours, many in flight", async (interop) => {
  const topic = `${interop.prefix}.ask`;
  await using rust = await interop.rust(answers(topic));
  await rust.subscribed(`${topic}._request.*`);
  await using ours = await interop.ours();
  const numbers = Array.from({ length: MANY }, (_, number) => number);
  const got = await Promise.all(
    numbers.map((number) => ask(ours.context, topic, number)),
  );
  assert.deepEqual(got, numbers.map((number) => answer("Rust", number)));
});

rustTest("ours answers requests of Rust's, many in flight", async (interop) => {
  const topic = `${interop.prefix}.ask`;
  await using ours = await interop.ours();
  await handle(ours.context, topic, "ours").ready;
  await using rust = await interop.rust();
  const numbers = Array.from({ length: MANY }, (_, number) => number);
  const got = await Promise.all(
    numbers.map((number) => askFrom(rust, topic, number)),
  );
  assert.deepEqual(got, numbers.map((number) => answer("ours", number)));
});

rustTest(
  "a handler of ours that throws costs Rust its timeout, and the next request is answered",
  async (interop) => {
    const topic = `${interop.prefix}.ask`;
    await using ours = await interop.ours();
    let calls = 0;
    await ours.context.handle(topic, ({ message }) => {
      if (++calls === 1) throw new Error("no");
      return message;
    }).ready;
    await using rust = await interop.rust(
      "[message-router]\nrequest-timeout = 1\n",
    );
    await assert.rejects(askFrom(rust, topic, 1), {
      message: "Request timed out",
    });
    assert.deepEqual(await askFrom(rust, topic, 2), {
      Test: { data: "", number: 2 },
    });
  },
);

rustTest(
  "a request without a handler is NO_HANDLER, also with a Rust process that handles others",
  async (interop) => {
    const topic = `${interop.prefix}.ask`;
    await using rust = await interop.rust(answers(topic));
    await rust.subscribed(`${topic}._request.*`);
    await using ours = await interop.ours();
    await assert.rejects(ours.context.request(`${topic}.other`, "Stop"), {
      code: "NO_HANDLER",
    });
  },
);

rustTest(
  "with join-rust-handlers, Rust's handlers and ours share the requests of both",
  async (interop) => {
    const topic = `${interop.prefix}.ask`;
    await using rust = await interop.rust(answers(topic));
    await rust.subscribed(`${topic}._request.*`);
    const bus = { "join-rust-handlers": true };
    await using ours = await interop.ours({ bus });
    let handled = 0;
    await ours.context.handle(topic, ({ message }) => {
      handled++;
      const { number } = (message as Answer).Test;
      return answer("ours", number);
    }).ready;
    await using asker = await interop.ours({ bus });
    const numbers = Array.from({ length: MANY }, (_, number) => number);
    const got = await Promise.all([
      ...numbers.map((number) => ask(asker.context, topic, number)),
      ...numbers.map((number) => askFrom(rust, topic, number)),
    ]) as Answer[];
    assert.deepEqual(
      got.map(({ Test }) => Test.number),
      [...numbers, ...numbers].map((number) => number * 2),
    );
    const byOurs = got.filter(({ Test }) => Test.data === "ours").length;
    assert.equal(handled, byOurs, "each request is handled once");
    assert(byOurs > MANY / 5, `ours answered ${byOurs}`);
    assert(byOurs < MANY * 2 - MANY / 5, `ours answered ${byOurs}`);
  },
);

rustTest(
  "with join-rust-handlers, a handler of ours that throws is HANDLER_FAILED to ours",
  async (interop) => {
    const topic = `${interop.prefix}.ask`;
    await using ours = await interop.ours({
      bus: { "join-rust-handlers": true },
    });
    await ours.context.handle(topic, () => {
      throw new Error("no");
    }).ready;
    await assert.rejects(ours.context.request(topic, "Stop"), {
      code: "HANDLER_FAILED",
      message: /no/,
    });
    await interop.deleteQueue(`${topic}._request.*`);
  },
);

rustTest(
  "with handlers in both languages ours asks ours, and Rust takes the first answer",
  async (interop) => {
    const topic = `${interop.prefix}.ask`;
    await using rust = await interop.rust(answers(topic));
    await rust.subscribed(`${topic}._request.*`);
    await using ours = await interop.ours();
    await handle(ours.context, topic, "ours").ready;
    const numbers = Array.from({ length: MANY }, (_, number) => number);
    const own = await Promise.all(
      numbers.map((number) => ask(ours.context, topic, number)),
    );
    assert.deepEqual(own, numbers.map((number) => answer("ours", number)));
    const theirs = await Promise.all(
      numbers.map((number) => askFrom(rust, topic, number)),
    ) as Answer[];
    assert.deepEqual(
      theirs.map(({ Test }) => Test.number),
      numbers.map((number) => number * 2),
    );
  },
);

function answers(topic: string): string {
  return `[module.answer]\ntopic = "${topic}"\n`;
}

function answer(data: string, number: number): Answer {
  return { Test: { data, number: number * 2 } };
}

function handle(context: Context, topic: string, data: string) {
  return context.handle(topic, ({ message }) => {
    const { number } = (message as Answer).Test;
    return answer(data, number);
  });
}

function ask(context: Context, topic: string, number: number) {
  return context.request(topic, { Test: { data: "", number } });
}

async function askFrom(
  rust: RustPeer,
  topic: string,
  number: number,
): Promise<unknown> {
  const text = JSON.stringify({ Test: { data: "", number } });
  return (await rust.request(topic, text)).message;
}
