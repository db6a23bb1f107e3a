import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import type { CaryatidError } from "@caryatid/sdk";
import { fileUrl } from "./file_urls.ts";
import type { LaunchOptions } from "../loading/launch_options.ts";
import { Process } from "../process.ts";
import { readPinned } from "./pinned_import.ts";

/** A module that needs no import map, and leaves a mark where it has run. */
const MODULE = `globalThis.ran = (globalThis.ran ?? 0) + 1;
export default {
  "~caryatid": { kind: "module", version: 1 } as const,
  name: "pinned", description: "", config: undefined, permissions: {},
  init(context: any) { context.handle("pinned", () => "it runs"); },
};
`;
const marks = globalThis as { ran?: number };

function hash(text: string | Uint8Array, kind = "sha256"): string {
  return `${kind}-${createHash(kind).update(text).digest("base64")}`;
}

async function answer(section: Record<string, unknown>): Promise<unknown> {
  await using process = await Process.create({
    config: { module: { pinned: section }, log: { level: "error" } },
    env: {},
  });
  await process.start();
  return await process.context.request("pinned", null);
}

async function withFile(
  text: string,
  use: (url: string) => Promise<void>,
): Promise<void> {
  const path = await Deno.makeTempFile({ prefix: "a b#%", suffix: ".ts" });
  try {
    await Deno.writeTextFile(path, text);
    await use(fileUrl(path).href);
  } finally {
    await Deno.remove(path);
  }
}

for (const kind of ["sha256", "sha384", "sha512"]) {
  Deno.test(`a file with the right integrity is loaded: ${kind}`, async () => {
    await withFile(MODULE, async (url) => {
      const integrity = hash(MODULE, kind);
      assert.equal(await answer({ import: url, integrity }), "it runs");
    });
  });
}

Deno.test("a file that begins with a byte order mark has the hash that other tools find", async () => {
  const text = `\ufeff${MODULE}`;
  await withFile(text, async (url) => {
    const integrity = hash(text);
    assert.equal(await answer({ import: url, integrity }), "it runs");
  });
});

Deno.test("F9 a changed file is LOAD_FAILED by WRONG_INTEGRITY with both hashes, and does not run", async () => {
  await withFile(MODULE, async (url) => {
    const wanted = hash("something else");
    const before = marks.ran;
    await using process = await Process.create({
      config: `[log]\nlevel = "error"\n[module.pinned]\n` +
        `import = "${url}"\nintegrity = "${wanted}"\n`,
      env: {},
    });
    await assert.rejects(process.start(), (error: CaryatidError) => {
      assert.equal(error.code, "LOAD_FAILED");
      assert.equal((error.cause as CaryatidError).code, "WRONG_INTEGRITY");
      assert(error.message.startsWith("<config>:5:1: Cannot load"));
      const hashes = `found ${hash(MODULE)}; expected ${wanted}`;
      assert(error.message.endsWith(hashes), error.message);
      return true;
    });
    assert.equal(marks.ran, before);
  });
});

Deno.test("the hashed text runs although the file changes in between", async () => {
  await withFile(MODULE, async (url) => {
    const { text, load } = await readPinned(url);
    assert.equal(text, MODULE);
    await Deno.writeTextFile(new URL(url), "export default 'changed';");
    const { default: loaded } = await load() as { default: { name: string } };
    assert.equal(loaded.name, "pinned");
  });
});

Deno.test("the hashed text runs although a server changes it each time, even with --reload", async () => {
  let count = 0;
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () =>
      new Response(`export default ${++count};`, {
        headers: { "content-type": "text/javascript" },
      }),
  );
  const { port } = server.addr;
  const here = JSON.stringify(import.meta.resolve("./pinned_import.ts"));
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      "--no-lock",
      `--config=${new URL("../../deno.json", import.meta.url).pathname}`,
      `--reload=http://127.0.0.1:${port}`,
      `import { readPinned } from ${here};
       const { text, load } = await readPinned("http://127.0.0.1:${port}/m.js");
       console.log(text, (await load()).default);`,
    ],
    env: { NO_COLOR: "1" },
  }).output();
  const [said, error] = [stdout, stderr].map((b) =>
    new TextDecoder().decode(b)
  );
  assert.equal(said, "export default 1; 1\n", error);
});

Deno.test("pinned code is loaded by the pinned importer of a program, not by its importer", async () => {
  const launch: LaunchOptions = {
    pinnedImporter: (url) =>
      Promise.resolve({
        text: "text",
        load: () => Promise.reject(new Error(`loaded ${url}`)),
      }),
  };
  await using process = await Process.create({
    config: {
      module: { pinned: { import: "file:///x.ts", integrity: hash("text") } },
      log: { level: "error" },
    },
    env: {},
    importer: () => assert.fail("it was asked"),
    ...launch,
  });
  await assert.rejects(process.start(), { message: /loaded file:\/\/\/x\.ts/ });
});
