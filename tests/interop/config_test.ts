import { defineModule } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { z } from "zod";
import { rustTest } from "./rust_case.ts";

rustTest(
  "a process of ours and one of Rust read the same file",
  async (interop) => {
    const { prefix } = interop;
    // Keys that both know, a [global] table, and a key that only Rust once
    // read.
    const shared = `
[global]
prefix = "${prefix}"

[global.startup]
topic = "${prefix}.started"
message = { None = [] }

[message-bus.internal]
class = "in-memory"
subscriber-queue-size = 20
workers = 10

[module.hear]
topic = "${prefix}.#"

[module.again]
class = "hear"
topic = "${prefix}.said"

[module.say]
topic = "${prefix}.said"
messages = ['{"Test":{"data":"said","number":1}}']
`;
    const heard: string[] = [];
    const enough = Promise.withResolvers<void>();
    const hear = defineModule({
      name: "hear",
      config: z.object({ topic: z.string(), prefix: z.string() }),
      init(context, config) {
        assert.equal(config.prefix, prefix);
        const all = context.subscribe(config.topic);
        context.run(async () => {
          for await (const { topic, message } of all) {
            heard.push(`${context.id} ${topic} ${JSON.stringify(message)}`);
            if (heard.length === 6) enough.resolve();
          }
        });
      },
    });
    const say = defineModule({
      name: "say",
      config: z.object({ topic: z.string(), messages: z.array(z.string()) }),
      init(context, config) {
        context.run(async () => {
          for (const text of config.messages) {
            await context.publish(config.topic, JSON.parse(text));
          }
        });
      },
    });
    await using _ours = await interop.ours({
      toml: shared,
      modules: [hear, say],
    });
    await using rust = await interop.rust(shared);
    await enough.promise;
    const said = `${prefix}.said {"Test":{"data":"said","number":1}}`;
    assert.deepEqual(heard.toSorted(), [
      `again ${said}`, // ours
      `again ${said}`, // Rust's
      `hear ${said}`,
      `hear ${said}`,
      `hear ${prefix}.started {"None":[]}`, // ours
      `hear ${prefix}.started {"None":[]}`, // Rust's
    ]);
    await rust.heard(3);
  },
);
