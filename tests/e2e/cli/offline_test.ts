import assert from "node:assert/strict";
import { caryatid, startCaryatid, stop } from "./caryatid.ts";
import { CodeServer, remoteModule } from "./code_server.ts";
import { ServiceFolder } from "./service_folder.ts";

Deno.test("run starts cached code without its host, and reports missing code", async (t) => {
  await using server = new CodeServer({
    "m.js": `import "./part.js";\n${remoteModule()}`,
    "part.js": "export {};",
  });
  await using folder = await ServiceFolder.make({
    "service.toml": `[module.remote]\nimport = "${server.url("m.js")}"\n`,
    "other.toml": `[module.other]\nimport = "${server.url("other.js")}"\n`,
  });
  const file = folder.file("service.toml");
  await t.step("downloads are shown as progress", async () => {
    const { code, stderr } = await caryatid(["check", file]);
    assert.equal(code, 0);
    assert.deepEqual(stderr.trimEnd().split("\n"), [
      `downloading ${server.url("m.js")}`,
      `Download ${server.url("m.js")}`,
      `Download ${server.url("part.js")}`,
    ]);
  });
  await server.close();
  for (const flags of [["--cached-only"], []]) {
    await t.step(`run ${flags.join()} starts from the cache`, async () => {
      await using program = startCaryatid(["run", file, ...flags]);
      await program.line(/from afar/);
      await stop(program);
      assert.equal(await program.stderr, "");
    });
  }
  await t.step("run --cached-only reports missing code", async () => {
    const other = folder.file("other.toml");
    const ran = await caryatid(["run", "--cached-only", other]);
    assert.equal(ran.code, 2);
    assert.equal(
      ran.stderr.trimEnd(),
      `error [LOAD_FAILED] ${other}:2:1: Cannot load [module.other] from ` +
        `"${server.url("other.js")}": it has not been downloaded ` +
        "(Run it without --cached-only.)",
    );
  });
});

Deno.test("run reports progress while a host is silent", async () => {
  const body = new TransformStream<Uint8Array, Uint8Array>();
  await using server = new CodeServer({
    "slow.js": () =>
      new Response(body.readable, {
        headers: { "content-type": "text/javascript" },
      }),
  });
  await using folder = await ServiceFolder.make({
    "service.toml": `[module.slow]\nimport = "${server.url("slow.js")}"\n`,
  });
  const file = folder.file("service.toml");
  await using program = startCaryatid(["check", file, "--deadline", "2"]);
  await program.until(
    () => /nothing received for \d+ s, .*Ctrl-C/.exec(program.log)?.[0],
    () => "a word about the host",
  );
  const writer = body.writable.getWriter();
  await writer.write(new TextEncoder().encode(remoteModule()));
  await writer.close();
  assert.equal(await program.exitCode(), 0);
});
