import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { denoEnvironment } from "../host/environment.ts";
import { guestFile } from "../host/guest_spawner.ts";
import { seal } from "./seal.ts";
import type { SealedCode } from "./sealed_code.ts";

const CONFIG = fileURLToPath(new URL("../../../deno.json", import.meta.url));

/** Writes files into a new folder. Returns the path of the folder. */
async function folderOf(files: Record<string, string>): Promise<string> {
  const path = await Deno.realPath(await Deno.makeTempDir());
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${path}/${name}`, text);
  }
  return path;
}

/** Seals a module, and allows it to import from `host`. */
function sealModule(
  file: string,
  flags: readonly string[],
  host = "jsr.io",
): Promise<SealedCode> {
  const roots = {
    loader: guestFile("loader"),
    entry: guestFile("main"),
    module: `file://${file}`,
    pinned: false,
    inWorker: false,
  };
  const importFlag = `--allow-import=${host}`;
  return seal(roots, [], { flags, env: denoEnvironment(), importFlag });
}

Deno.test("seal with --cached-only downloads nothing", async () => {
  const asked: string[] = [];
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    (request) => {
      asked.push(request.url);
      return new Response("export {};");
    },
  );
  const host = `127.0.0.1:${server.addr.port}`;
  const folder = await folderOf({ "mod.ts": `import "http://${host}/a.js";` });
  const flags = [`--config=${CONFIG}`, "--no-lock", "--cached-only"];
  const sealed = await sealModule(`${folder}/mod.ts`, flags, host);
  assert.deepEqual(asked, []);
  assert.equal(sealed.isWhole, false);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("seal with --frozen rejects imports that deno.lock lacks, and does not change deno.lock", async () => {
  const lock = '{ "version": "5" }';
  const folder = await folderOf({
    "deno.json": "{}",
    "deno.lock": lock,
    "mod.ts": 'import "npm:zod@^4";',
  });
  const flags = [`--config=${folder}/deno.json`, "--frozen"];
  await assert.rejects(sealModule(`${folder}/mod.ts`, flags), {
    code: "LOAD_FAILED",
    message: /Deno reports The lockfile is out of date/,
  });
  assert.equal(await Deno.readTextFile(`${folder}/deno.lock`), lock);
  await Deno.remove(folder, { recursive: true });
});
