import { isAbsolute, join, relative, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { VERSION } from "../version.ts";
import { schemaUrl } from "./schema/schema_url.ts";

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

/** What stands in a new `caryatid.toml` besides the project's own module. */
export const TEMPLATE_MODULES: readonly string[] = ["clock", "spy"];

/** A project of one module, with a clock and a spy around it, for a folder by its absolute path. */
export function projectFiles(name: string, folder: string): Files {
  const file = name.replaceAll("-", "_");
  return {
    "deno.json": `${JSON.stringify(denoJson(folder), null, 2)}\n`,
    "caryatid.toml": `#:schema ${schemaOf(folder)}
# Each section is a module: its code, and what it is told.

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

function denoJson(folder: string): Record<string, unknown> {
  const isCheckout = import.meta.url.startsWith("file:");
  const command = isCheckout
    ? inCheckout("process/cli/mod.ts", folder)
    : `jsr:@caryatid/process@^${VERSION}/cli`;
  return {
    imports: {
      "@caryatid/sdk": `jsr:@caryatid/sdk@^${VERSION}`,
      zod: "npm:zod@^4.6.7",
    },
    // What isn't published yet is found in the checkout that made this.
    ...isCheckout ? { links: packages(folder) } : {},
    tasks: {
      check: `deno run -A '${command}' check caryatid.toml`,
      start: `deno run -A '${command}' run caryatid.toml`,
      test: "deno test",
    },
  };
}

/** By it an editor knows all keys. */
function schemaOf(folder: string): string {
  if (!import.meta.url.startsWith("file:")) return schemaUrl(VERSION);
  const path = inCheckout("process/caryatid.schema.json", folder);
  return isAbsolute(path) ? pathToFileURL(path).href : path;
}

function packages(folder: string): string[] {
  return ["sdk", "process", "modules"].map((name) => inCheckout(name, folder));
}

/** The path of something in the checkout: for a folder that lies in there as well, relative, so that both may move. */
function inCheckout(path: string, folder: string): string {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  return folder.startsWith(root)
    ? relative(folder, join(root, path)).replaceAll(sep, "/")
    : join(root, path);
}
