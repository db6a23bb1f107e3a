import assert from "node:assert/strict";
import { caryatid, type Ran } from "./caryatid.ts";
import { CodeServer, remoteModule } from "./code_server.ts";
import { moduleText, ServiceFolder } from "./service_folder.ts";

/** Runs next to each wrong module; it must not be started. */
const GOOD = moduleText(
  `name: "good", init() { console.log("the rest was started"); }`,
);

Deno.test("run reports code that cannot be loaded, with file and line, and starts nothing", async (t) => {
  await using server = new CodeServer({
    "m.js": remoteModule(),
    "page.js": () => new Response("<html>"),
    "broken.js": () => new Response("oh", { status: 500 }),
  });
  const elsewhere = server.url("m.js").replace("127.0.0.1", "localhost");
  server.files.set("redirect.js", () => Response.redirect(elsewhere));
  await using folder = await ServiceFolder.make({
    "good.ts": GOOD,
    "syntax.ts": "export default 1 +;",
    "newer.ts": remoteModule(2),
    "older.ts": remoteModule(0),
    "number.ts": "export default 1;",
    "named.ts": "export const module = 1;",
    "throws.ts": 'throw new Error("at its top level");',
    "waits.ts": "await new Promise(() => {});",
  });
  await Deno.mkdir(folder.file("folder"));
  const cases: [name: string, specifier: string, says: RegExp][] = [
    ["a host that is down", "http://127.0.0.1:1/m.ts", /refused.*reachable/],
    ["404", server.url("absent.js"), /not found.*reachable/],
    ["500", server.url("broken.js"), /failed: 500/],
    [
      "a redirect to another host",
      server.url("redirect.js"),
      /import access to "localhost:\d+".*allow-import=localhost:\d+/,
    ],
    [
      "a page instead of code",
      server.url("page.js"),
      /Expression expected|'<'|Unexpected/,
    ],
    ["TypeScript with a syntax error", "./syntax.ts", /Expression expected/],
    [
      "a module for a newer SDK",
      "./newer.ts",
      /found a module of version 2; expected version 1 \(Update @caryatid\/process\.\)/,
    ],
    [
      "a module of an older SDK",
      "./older.ts",
      /version 0; expected version 1 \(Make the module with a newer @caryatid\/sdk\.\)/,
    ],
    [
      "an export of another kind",
      "./number.ts",
      /found a number as its default export; expected a module/,
    ],
    [
      "no default export",
      "./named.ts",
      /found module; expected a default export/,
    ],
    ["a throw", "./throws.ts", /at its top level/],
    ["an endless wait", "./waits.ts", /top level what never comes/],
    ["a folder", "./folder", /Directory import/],
    ["a missing file", "./absent.ts", /Module not found/],
    ["a name that no import map has", "no-such-name", /not in import map/],
  ];
  for (const [name, specifier, says] of cases) {
    await t.step(name, async () => {
      const file = folder.file("service.toml");
      await Deno.writeTextFile(
        file,
        `[module.good]\nimport = "./good.ts"\n` +
          `[module.wrong]\nimport = "${specifier}"\n`,
      );
      const ran = await caryatid(["run", file]);
      const start = `error [LOAD_FAILED] ${file}:4:1: ` +
        `Cannot load [module.wrong] from "${specifier}": `;
      assert(errorIn(ran).startsWith(start), ran.stderr);
      assert.match(errorIn(ran), says);
    });
  }
});

Deno.test("run reports files without modules, and starts nothing", async (t) => {
  await using folder = await ServiceFolder.make({
    "good.ts": GOOD,
    "twice.toml": '[module.good]\nimport = "./good.ts"\n[module.good]\n',
    "empty.toml": "",
    "bus-only.toml": '[message-bus.x]\nclass = "in-memory"\n',
  });
  await Deno.mkdir(folder.file("folder"));
  const cases: [name: string, file: string, says: RegExp][] = [
    ["two modules with one id", "twice.toml", /twice\.toml:3:2: .*second time/],
    ["a file without modules", "empty.toml", /found no module; expected one/],
    ["a file of buses alone", "bus-only.toml", /found no module; expected one/],
    ["a folder", "folder", /folder: .*directory.*expected a TOML file/],
    ["no file", "absent.toml", /absent\.toml: .*found no such file/],
  ];
  for (const [name, file, says] of cases) {
    await t.step(name, async () => {
      const ran = await caryatid(["run", folder.file(file)]);
      assert.match(errorIn(ran), /^error \[INVALID_CONFIG\] /);
      assert.match(errorIn(ran), says);
    });
  }
  await t.step("run merges the sections of one id in two files", async () => {
    const base = '[module.good]\nimport = "./good.ts"\n';
    await Deno.writeTextFile(folder.file("base.toml"), base);
    await Deno.writeTextFile(folder.file("over.toml"), "[module.good]\n");
    const files = ["base.toml", "over.toml"].map((name) => folder.file(name));
    const { stdout } = await caryatid(["check", ...files]);
    assert.equal(stdout, "ok: 1 module, 1 bus, 1 route");
  });
});

/**
 * Returns standard error without downloads. Asserts exit code 2 and that
 * nothing was started.
 */
function errorIn({ code, stdout, stderr }: Ran): string {
  assert.equal(code, 2, stderr);
  assert.equal(stdout, "");
  return stderr.split("\n").filter((line) => !/^download/i.test(line))
    .join(" ");
}
