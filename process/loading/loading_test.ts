import assert from "node:assert/strict";
import type { CaryatidError } from "@caryatid/sdk";
import { Process } from "../process.ts";

const base = import.meta.url;
const fixtures = new URL("../testing/fixtures/", import.meta.url).pathname;

/** A module that needs no import map: what a stranger would serve. */
const REMOTE = `export default {
  "~caryatid": { kind: "module", version: 1 },
  name: "remote", description: "", config: undefined, permissions: {},
  init(context) { context.handle("remote", () => "over http"); },
};`;

function start(section: Record<string, unknown>) {
  return Process.create({
    config: { module: { loaded: section }, log: { level: "error" } },
    base,
    env: {},
  });
}

async function failure(section: Record<string, unknown>) {
  await using process = await start(section);
  return await process.start().then(
    () => assert.fail("it was loaded"),
    (error: CaryatidError) => error,
  );
}

Deno.test("a module is loaded from a file, relative to where the configuration says", async () => {
  await using process = await start({ import: "../testing/fixtures/good.ts" });
  await process.start();
  assert.equal(await process.context.request("good", null), "from a file");
});

Deno.test("a module named in a TOML file is relative to that file", async () => {
  const file = await Deno.makeTempFile({ suffix: ".toml", dir: fixtures });
  try {
    await Deno.writeTextFile(file, '[module.x]\nimport = "./good.ts"\n');
    await using process = await Process.create({
      config: [new URL(`file://${file}`), { log: { level: "error" } }],
      env: {},
    });
    await process.start();
    assert.equal(await process.context.request("good", null), "from a file");
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("a bus is loaded from a file", async () => {
  await using process = await Process.create({
    config: {
      "message-bus": { other: { import: "../testing/fixtures/bus.ts" } },
      log: { level: "error" },
    },
    base,
    env: {},
  });
  await process.start();
  await process.context.publish("works", 1);
});

Deno.test("a module is loaded over http", async () => {
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    () =>
      new Response(REMOTE, { headers: { "content-type": "text/javascript" } }),
  );
  const url = `http://127.0.0.1:${server.addr.port}/remote.js`;
  const outcome = await new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      "--no-lock",
      `--config=${new URL("../../deno.json", import.meta.url).pathname}`,
      `import { Process } from "@caryatid/process";
       await using process = await Process.create({
         config: { module: { x: { import: "${url}" } }, log: { level: "error" } },
       });
       await process.start();
       console.log(await process.context.request("remote", null));`,
    ],
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder();
  assert.equal(
    text.decode(outcome.stdout),
    "over http\n",
    text.decode(outcome.stderr),
  );
});

Deno.test("F9 code that cannot be loaded is LOAD_FAILED, with the reason as its cause", async (t) => {
  const cases: [string, string, { code?: string; name?: string }][] = [
    ["no default export", "no_default.ts", { code: "NO_EXPORT" }],
    ["something else than a module", "unbranded.ts", { code: "WRONG_EXPORT" }],
    ["a module of a newer SDK", "newer.ts", { code: "WRONG_VERSION" }],
    ["a throwing getter", "throwing_getter.ts", { code: "WRONG_EXPORT" }],
    ["a bus where a module is wanted", "bus.ts", { code: "WRONG_EXPORT" }],
    ["a throw at its top level", "throws.ts", { name: "Error" }],
    ["no such file", "missing.ts", { name: "TypeError" }],
  ];
  for (const [what, file, cause] of cases) {
    await t.step(what, async () => {
      const error = await failure({ import: `../testing/fixtures/${file}` });
      assert.equal(error.code, "LOAD_FAILED");
      assert.match(error.message, /\[module\.loaded\]/);
      for (const [key, value] of Object.entries(cause)) {
        assert.equal((error.cause as Record<string, unknown>)[key], value);
      }
    });
  }
});

Deno.test("F9 a load that fails names the line of the configuration", async () => {
  await using process = await Process.create({
    config: [
      '[log]\nlevel = "error"\n\n[module.x]\nimport = "./missing.ts"\n',
    ],
    base,
    env: {},
  });
  await assert.rejects(process.start(), {
    code: "LOAD_FAILED",
    message: /^<config>:5:\d+: Cannot load \[module\.x\]/,
  });
});

Deno.test("F9 the error of a relative import without a base URL says what to pass", async () => {
  await using process = await Process.create({
    config: { module: { x: { import: "./x.ts" } }, log: { level: "error" } },
    env: {},
  });
  await assert.rejects(process.start(), {
    code: "LOAD_FAILED",
    hint: /base: import\.meta\.url/,
  });
});

Deno.test("a base that is not a URL is INVALID_OPTION", async () => {
  await assert.rejects(Process.create({ config: {}, base: "./x", env: {} }), {
    code: "INVALID_OPTION",
    message: 'Cannot use the base "./x": expected an absolute URL',
  });
});

Deno.test("F9 a refused permission is PERMISSION_DENIED, and the hint is the flag", async () => {
  const outcome = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--no-lock",
      new URL("../testing/fixtures/without_read.ts", import.meta.url).pathname,
    ],
    env: { NO_COLOR: "1" },
  }).output();
  const { code, cause, hint } = JSON.parse(
    new TextDecoder().decode(outcome.stdout),
  );
  assert.equal(code, "LOAD_FAILED");
  assert.equal(cause, "PERMISSION_DENIED");
  assert.match(hint, /--allow-read=.*good\.ts/);
});

Deno.test("several modules that fail are reported at once", async () => {
  await using process = await Process.create({
    config: {
      module: {
        one: { import: "../testing/fixtures/no_default.ts" },
        two: { class: "nowhere" },
      },
      log: { level: "error" },
    },
    base,
    env: {},
  });
  await assert.rejects(process.start(), {
    code: "INVALID_CONFIG",
    message: /\[module\.one\][^]*\[module\.two\]/,
  });
});

Deno.test("the importer of the program is used if it is given", async () => {
  const asked: string[] = [];
  await using process = await Process.create({
    config: { module: { x: { import: "my:thing" } }, log: { level: "error" } },
    env: {},
    importer: (specifier) => {
      asked.push(specifier);
      return import("../testing/fixtures/good.ts");
    },
  });
  await process.start();
  assert.deepEqual(asked, ["my:thing"]);
});
