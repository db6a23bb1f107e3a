import { fileURLToPath } from "node:url";
import { VERSION } from "../version.ts";

/** Texts by their file names. */
export type Files = Readonly<Record<string, string>>;

/** A module and its test. */
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

/** A project of one module, with a clock and a spy around it. */
export function projectFiles(name: string): Files {
  const file = name.replaceAll("-", "_");
  return {
    "deno.json": `${JSON.stringify(denoJson(), null, 2)}\n`,
    "caryatid.toml": `# Each section is a module: its code, and what it is told.

[module.clock]

[module.${name}]
import = "./${file}.ts"
greeting = "Hello, world!"

# Logs what passes.
[module.spy]
topic = "${name}.#"
`,
    ...moduleFiles(name),
    "README.md": `# ${name}

A process of [Caryatid](https://github.com/input-output-hk/caryatid) modules.

\`\`\`sh
deno task check    # is the configuration right?
deno task start    # runs it, with no more permissions than it needs; Ctrl-C ends it
deno task test
\`\`\`

\`caryatid.toml\` says which modules run; \`${file}.ts\` is one.
`,
  };
}

function denoJson(): Record<string, unknown> {
  const isCheckout = import.meta.url.startsWith("file:");
  const command = isCheckout
    ? fileURLToPath(new URL("./mod.ts", import.meta.url))
    : `jsr:@caryatid/process@^${VERSION}/cli`;
  return {
    imports: {
      "@caryatid/sdk": `jsr:@caryatid/sdk@^${VERSION}`,
      zod: "npm:zod@^4.6.7",
    },
    // What isn't published yet is found in the checkout that made this.
    ...isCheckout ? { links: packages() } : {},
    tasks: {
      check: `deno run -A '${command}' check caryatid.toml`,
      start: `deno run -A '${command}' run caryatid.toml`,
      test: "deno test",
    },
  };
}

function packages(): string[] {
  return ["sdk", "process", "modules"].map((name) =>
    fileURLToPath(new URL(`../../${name}`, import.meta.url))
  );
}
