import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { CLI, Consumer, IMPORTS, SDK } from "./consumer.ts";
import { publishPackage, talkerPackage } from "./packages.ts";
import { Registries } from "./registries.ts";
import { testPublished } from "./test_published.ts";

/** A module in plain JavaScript, as npm and web servers have it. */
const plainModule = (topic: string) =>
  `export default {
    "~caryatid": { kind: "module", version: 1 },
    name: "plain", description: "", config: undefined, permissions: {},
    init(context) { context.run(() => context.publish("${topic}", "here")); },
  };`;
const TALKER = talkerPackage("@acme/talker", "from.jsr");
const LOCAL = `
  import { defineModule } from "@caryatid/sdk";
  export default defineModule({
    name: "local",
    init(context) { context.run(() => context.publish("from.file", "here")); },
  });
`;
testPublished(
  "the command from JSR runs modules from jsr:, npm:, http:, a file, and the standard ones",
  async (registries, t) => {
    await using web = serve(plainModule("from.http"));
    await using user = await shop(registries, web.addr.port);
    await t.step("check finds nothing wrong", async () => {
      const ran = await user.runCaryatid("check", "service.toml");
      assert.equal(ran.stdout, "ok: 6 modules, 1 bus, 1 route", ran.stderr);
      assert.equal(ran.code, 0);
    });
    await t.step("run runs them all", () => runsAll(user));
    await t.step("permissions and graph show them", async () => {
      const permissions = await user.runCaryatid("permissions", "service.toml");
      assert.match(
        permissions.stdout,
        new RegExp(
          `module\\.web +import +127\\.0\\.0\\.1:${web.addr.port} +its code`,
        ),
      );
      const graph = await user.runCaryatid("graph", "service.toml");
      assert.match(graph.stdout, /m1\["npm"\]/);
    });
    await t.step(
      "neither cbor-x nor what only tests need is downloaded",
      () => {
        const { packages, files } = user.downloaded;
        assert(!packages.includes("cbor-x"));
        assert(!packages.includes("fast-check"));
        assert(!files.some((path) => /_test\.ts$|sdk\/testing\//.test(path)));
      },
    );
  },
);

/** Nothing may be downloaded. */
const OFFLINE = ["run", "-A", "--cached-only", CLI];

testPublished(
  "what has run once runs without a network, with --cached-only",
  async () => {
    await using registries = await Registries.start();
    await using web = serve(plainModule("from.http"));
    await using user = await shop(registries, web.addr.port);
    await runsAll(user);
    await web.shutdown();
    await registries[Symbol.asyncDispose]();
    const run = ["run", "--cached-only", "service.toml"];
    await using program = user.start([...OFFLINE, ...run]);
    await allHeard(program);
    program.kill("SIGTERM");
    assert.equal(await program.exitCode(), 0);
  },
);

testPublished(
  "deno cache of the command is all that it takes to work without a network",
  async () => {
    await using registries = await Registries.start();
    await using user = await Consumer.make(registries, {
      "deno.json": IMPORTS,
      "local.ts": LOCAL,
      "service.toml": '[module.local]\nimport = "./local.ts"\n',
    });
    const cached = await user.run(["cache", CLI, SDK]);
    assert.equal(cached.code, 0, cached.stderr);
    await registries[Symbol.asyncDispose]();
    const file = ["--cached-only", "service.toml"];
    const ran = await user.run([...OFFLINE, "check", ...file]);
    assert.equal(ran.stdout, "ok: 1 module, 1 bus, 1 route", ran.stderr);
    await using program = user.start([...OFFLINE, "run", ...file]);
    await program.line(/module local/);
    program.kill("SIGTERM");
    assert.equal(await program.exitCode(), 0);
  },
);

testPublished(
  "a project that the command from JSR writes tests, checks and starts by its own tasks",
  async (registries) => {
    await using user = await Consumer.make(registries);
    const made = await user.runCaryatid("new", "project", "price-watch");
    assert.equal(made.code, 0, made.stderr);
    const file = `${user.folder}/price-watch/caryatid.toml`;
    const [, schema] = (await Deno.readTextFile(file))
      .match(/^#:schema https:\/\/jsr\.io\/(\S+)/) ?? [];
    assert.match(
      await (await fetch(registries.jsr.url + schema)).text(),
      /json-schema\.org/,
    );
    const task = (name: string) => ["task", "--cwd", "price-watch", name];
    const test = await user.run(task("test"));
    assert.equal(test.code, 0, test.stdout + test.stderr);
    assert.match(test.stdout, /ok \| 1 passed/);
    const check = await user.run(task("check"));
    assert.equal(check.stdout, "ok: 3 modules, 1 bus, 1 route", check.stderr);
    await using program = user.start(task("start"));
    await program.line(/heard price-watch\.hello/);
    program.kill("SIGTERM");
    assert.equal(await program.exitCode(), 0);
  },
);

testPublished(
  "up from JSR runs every process of a file, and ends them",
  async (registries) => {
    await publishPackage(registries.jsr, TALKER);
    await using user = await Consumer.make(registries, {
      "service.toml": `
        [process.ticks]
        modules = ["clock", "spy"]
        [process.talks]
        modules = ["talker", "look"]
        [module.talker]
        import = "jsr:@acme/talker@1"
        [module.look]
        class = "spy"
        [module.clock]
        [module.spy]
      `,
    });
    await using program = user.caryatid("up", "service.toml");
    await program.line(/^ticks \| .* heard clock\.tick/);
    await program.line(/^talks \| .* heard from\.jsr/);
    program.kill("SIGTERM");
    assert.equal(await program.exitCode(), 0);
  },
);

testPublished(
  "deno install makes the command one of the system's",
  async (registries) => {
    await using user = await Consumer.make(registries, {
      "service.toml": "[module.clock]\n[module.spy]\n",
    });
    const args = ["install", "--global", "-A", "--name", "caryatid", CLI];
    const installed = await user.run(args);
    assert.equal(installed.code, 0, installed.stdout + installed.stderr);
    const command = `${user.folder}/.installed/bin/caryatid`;
    assert.match(
      (await user.run(["--version"], command)).stdout,
      /^\d+\.\d+\.\d+$/,
    );
    await using program = user.start(["run", "service.toml"], command);
    await program.line(/heard clock\.tick/);
    program.kill("SIGTERM");
    assert.equal(await program.exitCode(), 0);
  },
);

/** Somebody with a module from everywhere. */
async function shop(registries: Registries, port: number): Promise<Consumer> {
  await publishPackage(
    registries.jsr,
    TALKER,
  );
  await registries.npm.add({
    name: "caryatid-talker",
    version: "1.0.0",
    files: {
      "package.json":
        '{ "name": "caryatid-talker", "version": "1.0.0", "type": "module", "exports": "./index.js" }',
      "index.js": plainModule("from.npm"),
    },
  });
  return await Consumer.make(registries, {
    "deno.json": IMPORTS,
    "local.ts": LOCAL,
    "service.toml": `
      [module.jsr]
      import = "jsr:@acme/talker@1"
      [module.npm]
      import = "npm:caryatid-talker@1"
      [module.web]
      import = "http://127.0.0.1:${port}/module.js"
      integrity = "${integrityOf(plainModule("from.http"))}"
      [module.local]
      import = "./local.ts"
      [module.clock]
      [module.spy]
    `,
  });
}

function integrityOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

async function runsAll(user: Consumer): Promise<void> {
  await using program = user.caryatid("run", "service.toml");
  await allHeard(program);
  program.kill("SIGTERM");
  assert.equal(await program.exitCode(), 0);
}

async function allHeard(program: ReturnType<Consumer["start"]>): Promise<void> {
  for (
    const topic of [
      "from.jsr",
      "from.npm",
      "from.http",
      "from.file",
      "clock.tick",
    ]
  ) {
    await program.line(new RegExp(`heard ${topic.replace(".", "\\.")}`));
  }
}

function serve(text: string): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () =>
      new Response(text, { headers: { "content-type": "text/javascript" } }),
  );
}
