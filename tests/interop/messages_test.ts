import assert from "node:assert/strict";
import { messages, take } from "../../sdk/testing/conformance/take.ts";
import { SAMPLES } from "./messages.ts";
import { rustTest } from "./rust_case.ts";

rustTest(
  "Rust receives every kind of message that Deno publishes",
  async (interop) => {
    const { prefix } = interop;
    await using rust = await interop.rust(
      `[module.hear]\ntopic = "${prefix}.#"\n`,
    );
    await using ours = await interop.ours();
    for (const { ours: message } of SAMPLES) {
      await ours.context.publish(`${prefix}.test`, message);
    }
    const heard = await rust.heard(SAMPLES.length);
    assert.deepEqual(
      heard.map(({ debug }) => debug),
      SAMPLES.map(({ debug }) => debug),
    );
    assert.equal(heard[0]!.heard, `${prefix}.test`);
  },
);

rustTest(
  "Deno receives every kind of message that Rust publishes",
  async (interop) => {
    const { prefix } = interop;
    await using ours = await interop.ours();
    const heard = ours.context.subscribe(`${prefix}.*`, { queueSize: 100 });
    await heard.ready;
    const texts = SAMPLES.map(({ json }) => JSON.stringify(json)).join(", ");
    await using _rust = await interop.rust(
      `[module.say]\ntopic = "${prefix}.test"\nmessages = [${texts}]\n`,
    );
    const got = await take(heard, SAMPLES.length);
    assert.deepEqual(
      messages(got),
      SAMPLES.map((sample) => sample.heard ?? sample.ours),
    );
    assert.equal(got[0]!.topic, `${prefix}.test`);
  },
);
