import type { Files } from "./files.ts";

/** Returns a module and its test. */
export function moduleFiles(name: string): Files {
  const file = name.replaceAll("-", "_");
  return {
    [`${file}.ts`]: `import { defineModule, type Module } from "@caryatid/sdk";
import { z } from "zod";

/** Says hello at each tick of a clock. */
export default defineModule({
  name: "${name}",
  description: "Says hello at each tick of a clock",
  config: z.object({
    topic: z.string().default("${name}.hello"),
    greeting: z.string().default("Hello, world!"),
  }),
  topics: ({ topic }) => ({ subscribe: ["clock.tick"], publish: [topic] }),
  init(context, config) {
    const ticks = context.subscribe("clock.tick");
    context.run(async () => {
      for await (const _ of ticks) {
        await context.publish(config.topic, { greeting: config.greeting });
      }
    });
  },
}) as Module;
`,
    [`${file}_test.ts`]: `import { testModule } from "@caryatid/sdk/testing";
import assert from "node:assert/strict";
import module from "./${file}.ts";

Deno.test("${name} says hello at each tick", async () => {
  await using tested = await testModule(module, { greeting: "Hi!" });
  await tested.bus.inject("clock.tick", { number: 1 });
  await tested.settle();
  assert.deepEqual(tested.bus.published, [
    { topic: "${name}.hello", message: { greeting: "Hi!" } },
  ]);
});
`,
  };
}
