import assert from "node:assert/strict";
import { deniedHint } from "./denied_access.ts";

const TAIL = ", run again with the --allow-x flag";

Deno.test("deniedHint returns the line of TOML for net, read, write and env", () => {
  const cases = [
    [
      'net access to "h:1"',
      'Add net = ["h:1"] to [module.m.permissions].',
    ],
    [
      'read access to "/a b"',
      'Add read = ["/a b"] to [module.m.permissions].',
    ],
    [
      'write access to "x"',
      'Add write = ["x"] to [module.m.permissions].',
    ],
    [
      'env access to "HOME"',
      'Add env = ["HOME"] to [module.m.permissions].',
    ],
    ['run access to "git"', "Grant it with --allow-run=git."],
  ];
  for (const [access, hint] of cases) {
    const error = new Error(`Requires ${access}${TAIL}`);
    assert.equal(deniedHint("m", error), hint);
  }
});

Deno.test("deniedHint returns undefined for any other error", () => {
  for (const error of [new Error("Requires patience"), null, "text"]) {
    assert.equal(deniedHint("m", error), undefined);
  }
});

Deno.test({
  name: "deniedHint knows the text of Deno",
  permissions: { read: false },
}, () => {
  try {
    Deno.readTextFileSync("/etc/hostname");
    assert.fail("the file was read");
  } catch (error) {
    assert.equal(
      deniedHint("m", error),
      'Add read = ["/etc/hostname"] to [module.m.permissions].',
    );
  }
});
