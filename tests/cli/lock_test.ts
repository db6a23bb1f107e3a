import assert from "node:assert/strict";
import { caryatid } from "./caryatid.ts";
import { ServiceFolder } from "./service_folder.ts";

const MODULE = `export default {
  "~caryatid": { kind: "module", version: 1 },
  name: "remote", description: "", config: undefined, permissions: {},
  init() {},
};`;

Deno.test("deno.lock of the project counts: a changed module is refused, and check writes nothing", async (t) => {
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () =>
      new Response(MODULE, { headers: { "content-type": "text/javascript" } }),
  );
  const url = `http://127.0.0.1:${server.addr.port}/m.js`;
  await using folder = await ServiceFolder.make({});
  const project = folder.file("locked");
  await caryatid(["new", "project", project]);
  const file = `${project}/caryatid.toml`;
  const lock = `${project}/deno.lock`;
  await Deno.writeTextFile(file, `[module.remote]\nimport = "${url}"\n`);
  const writeLock = async (text: string) => {
    const bytes = new TextEncoder().encode(text);
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    const remote = { [url]: hash.toHex() };
    await Deno.writeTextFile(lock, JSON.stringify({ version: "5", remote }));
  };
  await t.step("it is as the lock says", async () => {
    await writeLock(MODULE);
    const before = await Deno.readTextFile(lock);
    const ran = await caryatid(["check", file]);
    assert.equal(ran.code, 0, ran.stderr);
    assert.equal(await Deno.readTextFile(lock), before);
  });
  for (const command of ["check", "run"]) {
    await t.step(`${command} says that it has changed`, async () => {
      await writeLock("something else");
      const ran = await caryatid([command, file]);
      assert.equal(ran.code, 2, ran.stdout + ran.stderr);
      assert.match(ran.stderr, /\[LOAD_FAILED\] .*:2:1: .*integrity/i);
    });
  }
});
