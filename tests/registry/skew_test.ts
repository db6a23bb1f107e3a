import assert from "node:assert/strict";
import { VERSION } from "../../process/platform/version.ts";
import { Consumer } from "./consumer.ts";
import { publishPackage } from "./packages.ts";
import type { Registries } from "./registries.ts";
import type { Release } from "./release.ts";
import { testPublished } from "./test_published.ts";

/**
 * Uses the module of another SDK: prints a message that it publishes, its
 * answer, and its errors.
 */
const PROGRAM = `
  import { Process } from "jsr:@caryatid/process@^${VERSION}";
  import { CaryatidError, defineTopic, isModule } from "jsr:@caryatid/sdk@^${VERSION}";
  const { default: module } = await import(Deno.args[1]);

  await using process = await Process.create({ config: Deno.args[0] });
  const messages = process.context.subscribe("skewed.said");
  await process.start();
  for await (const { message } of messages) {
    console.log("received", message);
    break;
  }
  const answer = await process.context.request("skewed.ask", { n: 1 });
  console.log("answer", answer);
  for (const topic of ["skewed.refuse", "skewed.mistype"]) {
    const error = await process.context.request(topic, 1).catch((error) => error);
    console.log(topic, error instanceof CaryatidError, error.code, error.cause.code);
  }
  console.log("module", isModule(module));
  await process.stop();
`;

for (const version of ["0.0.9", "8.0.0"]) {
  testPublished(
    `a module of SDK ${version} runs in a process with another version`,
    async (registries) => {
      addSdk(registries, version, (text) => text);
      const specifier = await publishSkewed(registries, version);
      await using user = await Consumer.make(registries, {
        "main.ts": PROGRAM,
      });
      const config = `[module.skewed]\nimport = "${specifier}"\n`;
      const ran = await user.run([
        "run",
        "--allow-net",
        "main.ts",
        config,
        specifier,
      ]);
      assert.equal(ran.code, 0, ran.stdout + ran.stderr);
      const printed = ran.stdout.split("\n").filter((line) =>
        !/INFO/.test(line)
      );
      assert.deepEqual(printed, [
        "received { n: 0 }",
        "answer { n: 2 }",
        "skewed.refuse true HANDLER_FAILED FORBIDDEN",
        "skewed.mistype true HANDLER_FAILED INVALID_MESSAGE",
        "module true",
      ]);
      const { files } = user.downloaded;
      const copies = files.filter((path) =>
        path === "@caryatid/sdk/dist/mod.js"
      );
      assert.equal(copies.length, 2);
    },
  );
}

testPublished(
  "a module for another major of the SDK is refused with the line that names it",
  async (registries) => {
    addSdk(
      registries,
      "9.0.0",
      (text) =>
        text.replace(/(kind: "module"[,;]\s+(readonly )?version: )1/g, "$19"),
    );
    const specifier = await publishSkewed(registries, "9.0.0");
    await using user = await Consumer.make(registries, {
      "service.toml": `[module.skewed]\nimport = "${specifier}"\n`,
    });
    const ran = await user.runCaryatid("run", "service.toml");
    assert.equal(ran.code, 2, ran.stdout + ran.stderr);
    assert.match(
      ran.stderr,
      /error \[LOAD_FAILED\] \S.*service\.toml:2:1: .*found a module of version 9; expected version 1 \(Update @caryatid\/process\.\)/,
    );
  },
);

testPublished(
  "a module that needs a newer SDK than its process has fails with its name and the missing method",
  async (registries) => {
    await publishPackage(registries.jsr, {
      name: "@acme/newer",
      files: {
        "mod.ts": `
          import { type Context, defineModule, type Module } from "jsr:@caryatid/sdk@^${VERSION}";

          /** Code that a later version of the SDK adds. */
          interface LaterContext extends Context {
            rest(): void;
          }

          /** Module for the later version. */
          export default defineModule({
            name: "newer",
            init: (context) => (context as LaterContext).rest(),
          }) as Module;
        `,
      },
    });
    await using user = await Consumer.make(registries, {
      "service.toml": '[module.newer]\nimport = "jsr:@acme/newer@1"\n',
    });
    const ran = await user.runCaryatid("run", "service.toml");
    assert.equal(ran.code, 1, ran.stdout + ran.stderr);
    assert.match(
      ran.stdout,
      /\[INIT_FAILED\] Cannot initialize module "newer": context\.rest is not a function/,
    );
  },
);

testPublished(
  "a standard bus has the exact version of the process, even if a newer version matches",
  async (registries) => {
    const own = registries.jsr.release("@caryatid/process", VERSION);
    const version = VERSION.replace(/\d+$/, (patch) => `${Number(patch) + 1}`);
    await using user = await Consumer.make(registries, {
      "service.toml": `
        [module.clock]
        [message-bus.external]
        class = "rabbit-mq"
      `,
    });
    const cli = `jsr:@caryatid/cli@${VERSION}`;
    const print = ["run", "-A", cli, "run", "--print", "service.toml"];
    registries.jsr.add({ ...own, version });
    const { stdout, stderr } = await user.run(print);
    assert.match(
      stdout,
      new RegExp(`"jsr:@caryatid/process@${RegExp.escape(VERSION)}/rabbit-mq"`),
      stderr,
    );
    const { files } = user.downloaded;
    const copies = files.filter((path) =>
      /process\/dist\/rabbit_mq\/mod\.js$/.test(path)
    );
    assert.equal(copies.length, 1);
  },
);

/**
 * Adds a version of the SDK that differs from this one by its number and by
 * `edit`.
 */
function addSdk(
  { jsr }: Registries,
  version: string,
  edit: (text: string) => string,
): void {
  const now = jsr.release("@caryatid/sdk", VERSION);
  const files = [...now.files].map(([path, bytes]) => {
    const text = edit(new TextDecoder().decode(bytes));
    return [path, new TextEncoder().encode(text)] as const;
  });
  const release: Release = { ...now, version, files: new Map(files) };
  jsr.add(release);
}

/**
 * Publishes a module for that version of the SDK, and returns its specifier.
 */
async function publishSkewed(
  { jsr }: Registries,
  sdk: string,
): Promise<string> {
  const name = `@acme/for-${sdk.replaceAll(".", "-")}`;
  await publishPackage(jsr, {
    name,
    files: {
      "mod.ts": `
        import { CaryatidError, defineModule, defineTopic, type Module } from "jsr:@caryatid/sdk@${sdk}";
        import { z } from "npm:zod@^4.6.7";

        const said = defineTopic("skewed.said", z.object({ n: z.number() }));

        /** Publishes, answers a request and fails. */
        export default defineModule({
          name: "skewed",
          init(context) {
            context.run(() => context.publish(said, { n: 0 }));
            context.handle("skewed.ask", ({ message }) => ({ n: (message as { n: number }).n + 1 }));
            context.handle("skewed.refuse", () => {
              throw new CaryatidError("FORBIDDEN", "not that");
            });
            context.handle("skewed.mistype", async () => {
              await context.publish(said, { n: "one" } as never);
            });
          },
        }) as Module;
      `,
    },
  });
  return `jsr:${name}@1`;
}
