import clock from "@caryatid/modules/clock";
import assert from "node:assert/strict";
import { messages, take } from "../../sdk/testing/conformance/take.ts";
import { rustTest } from "./rust_case.ts";

rustTest("Deno receives the ticks of Rust's clock", async (interop) => {
  const topic = `${interop.prefix}.tick`;
  await using ours = await interop.ours();
  const ticks = ours.context.subscribe(topic);
  await ticks.ready;
  await using _rust = await interop.rust(`[module.clock]\ntopic = "${topic}"`);
  const heard = messages(await take(ticks, 2)) as {
    Clock: { time: string; number: number };
  }[];
  assert.deepEqual(heard.map(({ Clock }) => Clock.number), [0, 1]);
  const [first, second] = heard.map(({ Clock }) => Date.parse(Clock.time));
  assert.equal(second! - first!, 1_000);
});

rustTest(
  'Rust receives the ticks of our clock, with variant = "Clock"',
  async (interop) => {
    const topic = `${interop.prefix}.tick`;
    await using rust = await interop.rust(
      `[module.hear]\ntopic = "${topic}"\n`,
    );
    await using _ours = await interop.ours({
      toml:
        `[module.clock]\ntopic = "${topic}"\nvariant = "Clock"\nperiod = 0.1\n`,
      modules: [clock],
    });
    const heard = await rust.heard(3);
    for (const [number, { debug }] of heard.entries()) {
      assert.match(
        debug,
        /^Clock\(ClockTickMessage { time: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z, /,
      );
      assert(debug.endsWith(`, number: ${number} })`), debug);
    }
  },
);
