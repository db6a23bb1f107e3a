import assert from "node:assert/strict";
import { JsrRegistry } from "./jsr_registry.ts";
import { publishPackage, tryPublish } from "./packages.ts";

const EXPORT = "/** One. */ export const one: number = 1;\n";

Deno.test("the registry refuses what JSR refuses, and says why", async () => {
  await using registry = new JsrRegistry();
  const { code, said } = await tryPublish(registry, {
    name: "@acme/refused",
    files: {
      "mod.ts":
        `import text from "./notes.txt" with { type: "text" };\nvoid text;\n${EXPORT}`,
      "notes.txt": "notes",
    },
  });
  assert.equal(code, 1);
  assert.match(said, /\/mod\.ts: found \S+notes\.txt as text/);
  assert.deepEqual(registry.latest, []);
});

Deno.test("the latest version is the highest one, by its numbers", async () => {
  await using registry = new JsrRegistry();
  await publishPackage(registry, {
    name: "@acme/there",
    version: "0.9.0",
    files: { "mod.ts": EXPORT },
  });
  const published = registry.release("@acme/there", "0.9.0");
  for (const version of ["0.10.0", "0.2.0"]) {
    registry.add({ ...published, version });
  }
  const meta = await fetch(`${registry.url}@acme/there/meta.json`);
  const { latest, versions } = await meta.json();
  assert.equal(latest, "0.10.0");
  assert.deepEqual(Object.keys(versions), ["0.9.0", "0.10.0", "0.2.0"]);
});
