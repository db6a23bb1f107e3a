import assert from "node:assert/strict";

const ROOT = new URL("../../", import.meta.url);
const LINK = /\]\(([^)]*)\)/g;
const NAMED_FILE = /`((?:docs|examples|modules)\/[\w./-]+)`/g;

for (const member of ["sdk", "process", "cli", "modules"]) {
  const url = new URL(`${member}/README.md`, ROOT);
  const text = await Deno.readTextFile(url);

  Deno.test(`${member}/README.md links only to targets that its page on JSR has`, () => {
    const links = Array.from(text.matchAll(LINK), ([, target]) => target!);
    const relative = links.filter((target) => !/^(https:|#)/.test(target));
    assert.deepEqual(relative, []);
  });

  Deno.test(`the files that ${member}/README.md names are in the repository`, async () => {
    for (const [, path] of text.matchAll(NAMED_FILE)) {
      await Deno.stat(new URL(path!, ROOT));
    }
  });
}
