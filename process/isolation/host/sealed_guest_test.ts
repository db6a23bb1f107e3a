import { Process } from "@caryatid/process";
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { DEFAULT_LIMITS } from "../../config/code_keys.ts";
import { guestProcess } from "../testing/guest_process.ts";
import { grants } from "../testing/some_grants.ts";
import { PipeLink } from "../wire/pipe_link.ts";
import { dataImportErrors } from "../sealing/data_imports.ts";
import { denoDirOf } from "../sealing/deno_dir.ts";
import { denoEnvironment } from "./environment.ts";
import { guestModule } from "./guest_module.ts";
import { startGuestProcess } from "./guest_process.ts";
import type { GuestSpawner } from "./guest_spawner.ts";
import { sealGuest } from "./sealed_guest.ts";

const SDK = new URL("../../../sdk/mod.ts", import.meta.url).href;
const ROOT = new URL("../../../", import.meta.url);
const CONFIG = fileURLToPath(new URL("deno.json", ROOT));

/** Code of a module that answers "word" with the value of `word`. */
function moduleText(code: string, sdk = `from ${JSON.stringify(SDK)}`): string {
  return `import { defineModule } ${sdk};
${code}
export default defineModule({
  name: "answers",
  init: (context) => context.handle("word", () => word()),
});
`;
}

/** Writes files into a new folder. */
async function folderOf(
  files: Record<string, string>,
): Promise<{ readonly path: string; readonly url: string }> {
  const path = await Deno.realPath(await Deno.makeTempDir());
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${path}/${name}`, text);
  }
  return { path, url: `file://${path}` };
}

/** Starts guests with these flags of the project. */
function spawnerWith(flags: readonly string[]): GuestSpawner {
  return {
    isolation: "process",
    async spawn(order) {
      const sealed = await sealGuest(order, flags);
      const { pipes, ...guest } = await startGuestProcess(order, sealed);
      return { ...guest, link: new PipeLink(pipes, order.mostBatch) };
    },
  };
}

/** Starts the module, and returns its answer. */
async function answerOf(
  url: string,
  more: Record<string, unknown> = {},
): Promise<unknown> {
  await using process = await guestProcess("process", url, more);
  await process.start();
  return await process.context.request("word", 1);
}

Deno.test("a guest process imports remote code, JSON and text that its host has read", async () => {
  const files: Record<string, string> = {
    "/mod.ts": `import { word } from "./word.ts";
      import data from "./data.json" with { type: "json" };
      const init = (context: { handle: (...all: unknown[]) => unknown }) =>
        context.handle("word", () => word(data.word));
      const kind = { kind: "module", version: 1 } as const;
      export default { "~caryatid": kind, name: "remote", permissions: {}, init };`,
    "/word.ts": "export const word = (text: string) => `remote ${text}`;",
    "/data.json": '{ "word": "data" }',
  };
  const asked: string[] = [];
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    (request) => {
      const { pathname } = new URL(request.url);
      asked.push(pathname);
      const type = pathname.endsWith(".json")
        ? "application/json"
        : "application/typescript";
      return new Response(files[pathname], {
        headers: { "content-type": type },
      });
    },
  );
  const specifier = `http://127.0.0.1:${server.addr.port}/mod.ts`;
  // The lock file of this checkout must not record the server.
  const spawner = spawnerWith([`--config=${CONFIG}`, "--no-lock"]);
  const module = await guestModule({
    ...{ id: "remote", specifier, spawner, keep: false },
    grants: grants({}),
    limits: { ...DEFAULT_LIMITS, startDeadline: 60_000 },
    log: { debug() {}, info() {}, warn() {}, error() {} },
  });
  await using process = await Process.create({
    config: { log: { level: "error" }, module: { remote: {} } },
  });
  process.register(module);
  await process.start();
  assert.equal(await process.context.request("word", 1), "remote data");
  assert.deepEqual(asked.toSorted(), ["/data.json", "/mod.ts", "/word.ts"]);
});

Deno.test("a guest process runs the code that its file has at its start", async () => {
  const { path, url } = await folderOf({
    "mod.ts": moduleText('import { word } from "./word.ts";'),
    "word.ts": 'export const word = () => "one";',
  });
  assert.equal(await answerOf(`${url}/mod.ts`), "one");
  assert.equal(await answerOf(`${url}/mod.ts`), "one");
  await Deno.writeTextFile(
    `${path}/word.ts`,
    'export const word = () => "other";',
  );
  assert.equal(await answerOf(`${url}/mod.ts`), "other");
  await Deno.remove(path, { recursive: true });
});

Deno.test("a guest process does not start with code that has changed since its check", async () => {
  const { path, url } = await folderOf({
    "mod.ts": moduleText('import { word } from "./word.ts";'),
    "word.ts": 'export const word = () => "checked";',
  });
  const specifier = `${url}/mod.ts`;
  const check = () =>
    dataImportErrors([{ specifier, read: [] }], {
      flags: [`--config=${CONFIG}`, "--no-lock"],
      env: denoEnvironment(),
    });
  assert.deepEqual(await check(), [undefined]);
  assert.equal(await answerOf(specifier), "checked");
  assert.deepEqual(await check(), [undefined]);
  const changed = 'export const word = () => "changed";';
  await Deno.writeTextFile(`${path}/word.ts`, changed);
  await assert.rejects(answerOf(specifier), {
    code: "LOAD_FAILED",
    message:
      /word\.ts has changed .* SHA-256 [0-9a-f]{64}, wanted [0-9a-f]{64}/,
  });
  assert.equal(await answerOf(specifier), "changed");
  await Deno.remove(path, { recursive: true });
});

Deno.test("a guest process imports WebAssembly, with its imports", async () => {
  // (import "./base.ts" "base" (func (result i32)))
  // (func (export "next") (result i32) call 0 i32.const 1 i32.add)
  const wasm =
    "AGFzbQEAAAABBQFgAAF/AhIBCS4vYmFzZS50cwRiYXNlAAADAgEABwgBBG5leHQ" +
    "AAQoJAQcAEABBAWoL";
  const { path, url } = await folderOf({
    "mod.ts": moduleText(
      'import { next } from "./add.wasm";\nconst word = next;',
    ),
    "base.ts": "export const base = (): number => 41;",
  });
  await Deno.writeFile(`${path}/add.wasm`, Uint8Array.fromBase64(wasm));
  assert.equal(await answerOf(`${url}/mod.ts`), 42);
  await Deno.remove(path, { recursive: true });
});

Deno.test("an error of a guest process has the line of its TypeScript", async () => {
  const { path, url } = await folderOf({
    "mod.ts": moduleText(`interface Unused {
  text: string;
}
const word = () => new Error("here").stack;`),
  });
  assert.match(`${await answerOf(`${url}/mod.ts`)}`, /mod\.ts:5:\d+/);
  await Deno.remove(path, { recursive: true });
});

Deno.test("a start names the file and line of an import that is missing or has an error", async () => {
  const { path, url } = await folderOf({
    "missing.ts": moduleText('import { word } from "./nowhere.ts";'),
    "broken.ts": moduleText('import { word } from "./syntax.ts";'),
    "syntax.ts": "export const word = () => ;",
    "package.ts": moduleText('import word from "not-a-dependency";'),
  });
  for (
    const [file, text] of [
      ["missing.ts", /Module not found .*nowhere\.ts.*missing\.ts:2:\d+/s],
      ["broken.ts", /SyntaxError.*syntax\.ts:1:\d+/s],
      ["package.ts", /not-a-dependency.*package\.ts:2:\d+/s],
    ] as const
  ) {
    await assert.rejects(answerOf(`${url}/${file}`), (error: Error) => {
      assert.equal((error as { code?: unknown }).code, "LOAD_FAILED");
      assert.match(error.message, text);
      return true;
    });
  }
  await Deno.remove(path, { recursive: true });
});

Deno.test("a guest process imports nothing of Caryatid by a computed name, and reports the line", async () => {
  const file = new URL("../guest/guest_runtime.ts", import.meta.url).href;
  const { path, url } = await folderOf({
    "mod.ts": moduleText(`const names = [
  ${JSON.stringify(file)},
  ${JSON.stringify(file.replace(/ts$/, "js"))},
  "file:///etc/passwd",
];
const word = () => Promise.all(names.map((name) =>
  import(name).then(() => "imported", (error) => error.message)
));`),
  });
  const answers = await answerOf(`${url}/mod.ts`) as string[];
  for (const answer of answers) {
    assert.match(answer, /sealed graph of its code \(from file:.*mod\.ts:8\)/);
  }
  await Deno.remove(path, { recursive: true });
});

/** Returns a program with one guest, which answers "word". */
function programWith(url: string): string {
  const process = new URL("process/mod.ts", ROOT).href;
  const program = `import { Process } from ${JSON.stringify(process)};
    const app = await Process.create({
      config: {
        isolation: { jail: "off" },
        log: { level: "error" },
        module: {
          guest: {
            import: ${JSON.stringify(`${url}/mod.ts`)},
            isolation: "process",
            permissions: { handle: ["word"] },
            limits: { "start-deadline": 60 },
          },
        },
      },
    });
    await app.start();
    console.log("answer", await app.context.request("word", 1));
    await app.stop();
    Deno.exit(0);`;
  return `data:text/javascript,${encodeURIComponent(program)}`;
}

const ZOD = moduleText(
  'import { z } from "zod";\nconst word = () => typeof z;',
);
const ONLY_RUN = `--allow-run=${Deno.execPath()}`;

Deno.test("a program that may run Deno and read nothing seals the code of its guests", async () => {
  const { path, url } = await folderOf({ "mod.ts": ZOD });
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-prompt", `--config=${CONFIG}`, ONLY_RUN],
      programWith(url),
    ],
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder();
  assert.match(text.decode(stdout), /answer object/, text.decode(stderr));
  await Deno.remove(path, { recursive: true });
});

for (
  const [rights, flags] of [
    ["all permissions", ["--allow-all"]],
    ["no permission to write", [
      ...[ONLY_RUN, "--allow-env=DENO_DIR,TMPDIR"],
    ]],
  ] as const
) {
  Deno.test({
    name:
      `a program with ${rights} removes its copies of packages at its end if Deno's cache cannot be written`,
    ignore: Deno.build.os === "windows",
    async fn() {
      const { path, url } = await folderOf({ "mod.ts": ZOD });
      const cache = await denoDirOf(denoEnvironment());
      await Deno.mkdir(`${path}/cache`);
      await Deno.symlink(`${cache}/npm`, `${path}/cache/npm`);
      await Deno.writeTextFile(`${path}/cache/caryatid`, "not a folder");
      await Deno.mkdir(`${path}/temporary`);
      const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [
          ...["run", "--no-prompt", `--config=${CONFIG}`, ...flags],
          programWith(url),
        ],
        env: {
          ...{ NO_COLOR: "1", DENO_DIR: `${path}/cache` },
          TMPDIR: `${path}/temporary`,
        },
      }).output();
      const text = new TextDecoder();
      assert.match(text.decode(stdout), /answer object/, text.decode(stderr));
      const left = await Array.fromAsync(Deno.readDir(`${path}/temporary`));
      assert.deepEqual(left.map(({ name }) => name), []);
      await Deno.remove(path, { recursive: true });
    },
  });
}
