import assert from "node:assert/strict";
import { scoreHints } from "./jsr_score.ts";

const OIDC = "permissions:\n  id-token: write\n";

function release(readme?: string) {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  if (readme !== undefined) {
    files.set("/README.md", new TextEncoder().encode(readme));
  }
  const license = undefined;
  return { name: "@me/it", version: "0.1.0", license, exports: {}, files };
}

Deno.test("scoreHints names what a package lacks for the score of JSR", () => {
  const lacking = scoreHints(release("# it"), { documented: 7, all: 10 }, "");
  assert.deepEqual(lacking.slice(1, -1), [
    "@me/it: 7 of 10 symbols have docs (70 %); expected 80 % or more",
    "@me/it: found no example in README.md; expected one",
    "@me/it: the release has no id-token; expected one for provenance",
  ]);
  assert.deepEqual(
    scoreHints(release(), { documented: 1, all: 1 }, OIDC).slice(1, -1),
    ["@me/it: found no README.md; expected one"],
  );
});

Deno.test("scoreHints of a complete package names its settings on jsr.io only", () => {
  const readme = "# it\n```ts\n```\n";
  assert.deepEqual(
    scoreHints(release(readme), { documented: 10, all: 10 }, OIDC),
    [
      "@me/it: 10 of 10 symbols have docs (100 %); no slow types",
      "@me/it: set a description, and the runtimes Deno, Node.js and Bun, at " +
      "https://jsr.io/@me/it/settings",
    ],
  );
});
