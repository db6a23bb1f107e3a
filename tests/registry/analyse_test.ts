import assert from "node:assert/strict";
import { ServiceFolder } from "../e2e/cli/service_folder.ts";
import { analyse } from "./analyse.ts";
import { JsrRegistry } from "./jsr_registry.ts";
import { publishPackage } from "./packages.ts";

Deno.test("the analyser refuses what JSR refuses", async (t) => {
  await using registry = new JsrRegistry();
  await publishPackage(registry, {
    name: "@acme/there",
    files: { "mod.ts": "/** One. */ export const one: number = 1;" },
  });
  const cases: [text: string, code: string, says: RegExp][] = [
    [
      'import text from "./notes.txt" with { type: "text" };',
      "graphError",
      /^\/mod\.ts: found file:\S+\/notes\.txt as text$/,
    ],
    [
      'import bytes from "./notes.txt" with { type: "bytes" };',
      "graphError",
      /notes\.txt as bytes$/,
    ],
    ['import "jsr:@acme/absent@1";', "graphError", /@acme\/absent.*not found/],
    ['import "jsr:@acme/there@2";', "graphError", /version constraint '2'/],
    ['import "jsr:@acme/there@1/x";', "graphError", /Unknown export '.\/x'/],
    ['import "./absent.ts";', "graphError", /Module not found .*absent\.ts/],
    ['await import("./absent.ts");', "graphError", /absent\.ts/],
    ['import "jsr:@acme/there";', "jsrMissingConstraint", /jsr:@acme\/there$/],
    ['import "npm:zod";', "npmMissingConstraint", /npm:zod$/],
    ['import "npm:@acme/x/y";', "npmMissingConstraint", /npm:@acme\/x\/y$/],
    [
      'import "http://127.0.0.1:1/x.ts";',
      "invalidExternalImport",
      /:1\/x\.ts$/,
    ],
    ['import type { X } from "../x.ts";', "invalidPath", /x\.ts, out of the/],
    ["declare global { var x: 1 }", "globalTypeAugmentation", /^\/mod\.ts$/],
    ["export = 1;", "commonJs", /^\/mod\.ts$/],
  ];
  for (const [text, code, says] of cases) {
    await t.step(text, async () => {
      await using folder = await ServiceFolder.make({
        "mod.ts": `${text}\n`,
        "notes.txt": "notes",
      });
      const entries = { ".": "./mod.ts" };
      const found = await analyse(folder.path, entries, registry.url);
      const [refusal] = found.filter((refusal) => refusal.code === code);
      assert(refusal, JSON.stringify(found));
      assert.match(refusal.message, says);
    });
  }
  await t.step("and nothing else", async () => {
    await using folder = await ServiceFolder.make({
      "mod.ts": `
        import { readFile } from "node:fs/promises";
        import { z } from "npm:zod@^4.6.7";
        import { one } from "jsr:@acme/there@^1.0.0";
        import data from "./data.json" with { type: "json" };
        import "data:text/javascript,";
        import "./other.ts";
        void [readFile, z, one, data];
      `,
      "other.ts": "",
      "data.json": "{}",
    });
    const entries = { ".": "./mod.ts" };
    assert.deepEqual(await analyse(folder.path, entries, registry.url), []);
  });
});
