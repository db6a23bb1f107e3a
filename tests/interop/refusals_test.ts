import { defineModule, defineTopic } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { z } from "zod";
import { messages, take } from "../../sdk/testing/conformance/take.ts";
import { rustTest } from "./rust_case.ts";

rustTest(
  "Rust drops a message from Deno that it cannot read, and receives the next one, with a line in its log",
  async (interop) => {
    const { prefix } = interop;
    await using rust = await interop.rust(
      `[module.hear]\ntopic = "${prefix}.test"\n`,
    );
    await using ours = await interop.ours();
    const refused = [
      { Point: { x: 1, y: 2 } }, // an integer where it wants f64
      { Point: { x: 1.5, y: 2.5 } }, // a float where it wants i64
      { None: null }, // () is an empty array
      { Test: { data: "x" } }, // a field is missing
      { Unknown: [] },
      { greeting: "hello" },
    ];
    for (const message of refused) {
      await ours.context.publish(`${prefix}.test`, message);
    }
    await ours.context.publish(`${prefix}.test`, "Stop");
    assert.equal((await rust.heard(1))[0]!.debug, "Stop");
    const log = await rust.stop();
    const lines = log.match(/Invalid CBOR message received: .*/g);
    assert.equal(lines?.length, refused.length, log);
    assert.match(
      lines![0]!,
      /unexpected type u8 at position \d+: expected f64/,
    );
  },
);

rustTest(
  "a request that Rust cannot read rejects with REQUEST_TIMEOUT, and the next one is answered",
  async (interop) => {
    const topic = `${interop.prefix}.ask`;
    await using rust = await interop.rust(
      `[module.answer]\ntopic = "${topic}"\n`,
    );
    await rust.subscribed(`${topic}._request.*`);
    await using ours = await interop.ours();
    const { context } = ours;
    await assert.rejects(context.request(topic, "Unknown", { timeout: 300 }), {
      code: "REQUEST_TIMEOUT",
    });
    assert.equal(await context.request(topic, "Stop"), "Stop");
  },
);

rustTest(
  "Deno drops a message from Rust that it cannot read, and receives the next one",
  async (interop) => {
    const topic = `${interop.prefix}.test`;
    const typed = defineTopic(
      topic,
      z.object({ Pair: z.tuple([z.number().max(9), z.string()]) }),
    );
    const first = Promise.withResolvers<unknown>();
    const listener = defineModule({
      name: "listener",
      init(context) {
        const pairs = context.subscribe(typed);
        context.run(async () => {
          for await (const { message } of pairs) first.resolve(message);
        });
      },
    });
    await using ours = await interop.ours({
      toml: "[module.listener]\n",
      modules: [listener],
    });
    const all = ours.context.subscribe(topic);
    await all.ready;
    await using rust = await interop.rust();
    await rust.publish(topic, '{"Keys":{"1":"no text as key"}}');
    await rust.publish(topic, '{"Pair":[10,"too much"]}');
    await rust.publish(topic, '{"Pair":[9,"good"]}');
    const good = { Pair: [9, "good"] };
    // The map with numeric keys cannot even be decoded.
    assert.deepEqual(messages(await take(all, 2)), [
      { Pair: [10, "too much"] },
      good,
    ]);
    assert.deepEqual(await first.promise, good);
  },
);
