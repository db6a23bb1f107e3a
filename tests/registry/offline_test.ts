import assert from "node:assert/strict";
import { CLI, Consumer, IMPORTS, SDK } from "./consumer.ts";
import { LOCAL, MixedService } from "./mixed_service.ts";
import { Registries } from "./registries.ts";
import { testPublished } from "./test_published.ts";

/** Environment without access to any registry. */
const OFFLINE = ["run", "-A", "--cached-only", CLI];

testPublished(
  "what has run once runs without a network, with --cached-only",
  async () => {
    await using registries = await Registries.start();
    await using service = await MixedService.make(registries);
    await service.runAll();
    await service.closeWeb();
    await registries[Symbol.asyncDispose]();
    const run = ["run", "--cached-only", "service.toml"];
    await using program = service.user.start([...OFFLINE, ...run]);
    await service.hearAll(program);
  },
);

testPublished(
  "deno cache of all parts of the command is all that it takes to work without a network",
  async () => {
    await using registries = await Registries.start();
    await using user = await Consumer.make(registries, {
      "deno.json": IMPORTS,
      "local.ts": LOCAL,
      "service.toml": '[module.local]\nimport = "./local.ts"\n',
    });
    const cached = await user.run(["cache", `${CLI}/internal/offline`, SDK]);
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
