/**
 * The packages of `deno task npm`, published with `npm publish` to a registry
 * on this machine and installed from there into empty projects.
 */
import assert from "node:assert/strict";
import { npmPackages, writePackage } from "../../.ci/npm/npm_package.ts";
import type { NpmPackage } from "../../.ci/npm/package_form.ts";
import {
  bun,
  node,
  node24,
  type Runtime,
  runtimeTest,
} from "../runtimes/runtime.ts";
import { ROOT } from "../support/running_program.ts";
import { VERSION } from "../../process/platform/version.ts";
import { NpmProject } from "./npm_project.ts";
import { NpmRegistry } from "./npm_registry.ts";
import { ignored, isWanted, testPublished } from "./test_published.ts";

const NAMES = ["sdk", "process", "modules", "cli"]
  .map((name) => `@caryatid/${name}`);
const LIBRARIES = NAMES.slice(0, 3);
const RUNTIMES = [["Node 22", node], ["Node 24", node24], [
  "Bun",
  bun,
]] as const;

/** The program of docs/guide/node.md, which ends after the first tick. */
const MAIN = `
import { Process } from "@caryatid/process";
import { defineModule } from "@caryatid/sdk";

const greeter = defineModule({
  name: "greeter",
  init(context) {
    const ticks = context.subscribe("clock.tick");
    context.run(async () => {
      for await (const { message } of ticks) {
        context.log.info("tick {number}", message);
        setTimeout(() => process.kill(process.pid, "SIGTERM"));
      }
    });
  },
});

await Process.main({
  config: new URL("caryatid.toml", import.meta.url),
  modules: [greeter],
});
`;
const CONFIG = "[module.clock]\nperiod = 0.05\n[module.greeter]\n";

/** Uses types of every package. */
const TYPED = `
import restServer, { handleRoute } from "@caryatid/modules/rest-server";
import record from "@caryatid/modules/record";
import { Process } from "@caryatid/process";
import { decode } from "@caryatid/process/codec";
import { type Context, defineModule, defineTopic } from "@caryatid/sdk";
import { struct, u8 } from "@caryatid/sdk/rust";
import { testModule } from "@caryatid/sdk/testing";
import { z } from "zod";

const tick = defineTopic("clock.tick", z.object({ number: z.number() }));
const module = defineModule({
  name: "greeter",
  init(context: Context) {
    handleRoute(context, "GET /:name", ({ params }) => params.name.length);
    context.consume(tick, ({ message }) => {
      const number: number = message.number;
      // @ts-expect-error: a number is not text
      const text: string = message.number;
      context.log.info("{number} {text}", { number, text });
    });
  },
});
await using subject = await testModule(module);
await subject.bus.publish("clock.tick", { number: 1 });
await Process.main({ config: {}, modules: [module, restServer] });
console.log(decode(new Uint8Array()), record, struct({ a: u8 }));
`;

let registry: NpmRegistry;
let packages: readonly NpmPackage[];
if (isWanted) {
  Deno.test.beforeAll(async () => {
    registry = new NpmRegistry();
    packages = await npmPackages(ROOT);
    await using author = await NpmProject.create(registry, {});
    for (const made of packages) {
      const folder = `${author.folder}/${made.name}`;
      await writePackage(made, folder);
      await author.run("npm", "publish", folder, "--access=public");
    }
  });
  Deno.test.afterAll(() => registry[Symbol.asyncDispose]());
}

function npmTest(
  runtime: Runtime | string,
  name: string,
  fn: (runtime: Runtime) => Promise<void>,
): void {
  if (isWanted) runtimeTest(runtime, name, fn);
  else ignored(name);
}

for (const [name, runtime] of RUNTIMES) {
  npmTest(
    runtime,
    `an empty project on ${name} installs the npm packages and runs a process`,
    async ({ path }) => {
      await using project = await NpmProject.create(registry, {
        "main.js": MAIN,
        "caryatid.toml": CONFIG,
      });
      const add = name === "Bun" ? [path, "add"] : ["npm", "install"];
      await project.run(...add, ...LIBRARIES);
      const { code, text } = await project.tryRun(path, "main.js");
      assert.match(text, /greeter: tick 0/);
      assert.match(text, /stopped with exit code 0/);
      assert.equal(code, 0);
    },
  );
}

npmTest(
  node,
  "a CommonJS project requires the npm packages on Node 22",
  async ({ path }) => {
    await using project = await NpmProject.create(registry, {
      "main.cjs": `const { Process } = require("@caryatid/process");
        const { defineModule } = require("@caryatid/sdk");
        console.log(typeof Process.main, typeof defineModule);`,
    });
    await project.run("npm", "install", "@caryatid/process", "@caryatid/sdk");
    assert.match(await project.run(path, "main.cjs"), /^function function$/m);
  },
);

npmTest(
  node,
  "the types of the npm packages are right under nodenext and bundler, and publint and attw find nothing",
  async () => {
    await using project = await NpmProject.create(registry, {
      "main.ts": TYPED,
    });
    await project.run(
      ...["npm", "install", ...NAMES, "--ignore-scripts", "typescript@6"],
      ...["@types/node@22", "zod@4", "publint@0.3"],
      "@arethetypeswrong/cli@0.18",
    );
    for (
      const [module, resolution] of [
        ["nodenext", "nodenext"],
        ["esnext", "bundler"],
      ]
    ) {
      await project.run(
        ...["npx", "tsc", "--noEmit", "--strict", "--target", "es2024"],
        ...["--lib", "es2024,esnext.disposable,dom,dom.iterable"],
        ...["--types", "node", "--module", module!],
        ...["--moduleResolution", resolution!, "main.ts"],
      );
    }
    for (const name of NAMES) {
      const folder = `node_modules/${name}`;
      const said = await project.run("npx", "publint", "run", folder);
      assert.match(said, /All good!/, name);
      await project.run(
        ...["npx", "attw", "--pack", folder],
        ...["--profile", "esm-only", "--no-emoji"],
      );
    }
  },
);

testPublished(
  "the command of the npm package runs the same version from JSR on the Deno that npm installs",
  async ({ jsr }) => {
    await using project = await NpmProject.create(registry, {
      "caryatid.toml": CONFIG.replace("[module.greeter]\n", ""),
    });
    await project.run("npm", "install", "@caryatid/cli");
    const env = { JSR_URL: jsr.url, DENO_DIR: `${project.folder}/.deno` };
    const caryatid = (...args: string[]) =>
      project.tryRun("env", ...variables(env), "npx", "caryatid", ...args);
    const version = await caryatid("--version");
    assert.equal(version.code, 0, version.text.slice(-2_000));
    assert.match(version.text, new RegExp(`^${VERSION}$`, "m"));
    assert.equal(version.code, 0);
    const { code, text } = await caryatid("check", "missing.toml");
    assert.match(text, /missing\.toml/);
    assert.equal(code, 2);
    assert.match(
      (await caryatid("check", "caryatid.toml")).text,
      /^ok.*: 1 module/m,
    );
  },
);

function variables(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env).map(([name, value]) => `${name}=${value}`);
}

npmTest(
  node,
  "each npm package has a license file, a page and only the dependencies that it imports",
  () => {
    assert.deepEqual(packages.map(({ name }) => name), NAMES);
    for (const { files } of packages) {
      assert.match(files.get("LICENSE")!, /Apache License/);
      assert.match(files.get("README.md")!, /^# /);
    }
    const [sdk, process] = packages;
    assert.deepEqual(sdk!.dependencies, {});
    assert("amqplib" in process!.dependencies);
    assert(!("hono" in process!.dependencies));
    return Promise.resolve();
  },
);
