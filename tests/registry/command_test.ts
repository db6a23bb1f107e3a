import assert from "node:assert/strict";
import { CLI, Consumer } from "./consumer.ts";
import { MixedService, TALKER } from "./mixed_service.ts";
import { publishPackage } from "./packages.ts";
import { testPublished } from "./test_published.ts";

testPublished(
  "the command from JSR runs modules from jsr:, npm:, http:, a file, and the standard ones",
  async (registries, t) => {
    await using service = await MixedService.make(registries);
    const { port, user } = service;
    await t.step("check finds nothing wrong", async () => {
      const ran = await user.runCaryatid("check", "service.toml");
      assert.equal(ran.stdout, "ok: 6 modules, 1 bus, 1 route", ran.stderr);
      assert.equal(ran.code, 0);
    });
    await t.step("run runs them all", () => service.runAll());
    await t.step("permissions and graph show them", async () => {
      const permissions = await user.runCaryatid("permissions", "service.toml");
      assert.match(
        permissions.stdout,
        new RegExp(
          `module\\.web +import +127\\.0\\.0\\.1:${port} +its code`,
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

testPublished(
  "a project that the command from JSR writes tests, checks and starts by its own tasks",
  async (registries) => {
    await using user = await Consumer.make(registries);
    const made = await user.runCaryatid(
      ...["new", "price-watch", "--template", "worker"],
    );
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
    await using program = user.start(task("run"));
    await program.line(/received price-watch\.hello/);
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
    await program.line(/^ticks \| .* received clock\.tick/);
    await program.line(/^talks \| .* received from\.jsr/);
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
    await program.line(/received clock\.tick/);
    program.kill("SIGTERM");
    assert.equal(await program.exitCode(), 0);
  },
);

testPublished(
  "compile from JSR embeds what the file names, and no client of a broker; and bundles it",
  async (registries, t) => {
    await publishPackage(registries.jsr, TALKER);
    await using user = await Consumer.make(registries, {
      "service.toml": `
        [module.talker]
        import = "jsr:@acme/talker@1"
        [module.spy]
      `,
    });
    // Deno itself is not a compile runtime, but the code is embedded in it.
    const compile = (...args: string[]) => {
      const env = { DENORT_BIN: Deno.execPath() };
      return user.run(
        ["run", "-A", CLI, "compile", "service.toml", ...args],
        undefined,
        env,
      );
    };
    await t.step("embedded", async () => {
      const { code, stdout, stderr } = await compile("-o", "service", "--list");
      assert.equal(code, 0, stderr);
      assert(stdout.includes("holds 2 modules (talker, spy); 1 bus (memory)"));
      assert(!stdout.includes("amqplib"));
    });
    await t.step("bundled", async () => {
      const ran = await compile("-o", "bundled", "--bundle", "--list");
      assert.equal(ran.code, 0, ran.stderr);
      assert(ran.stdout.includes("main.js"));
    });
  },
);
