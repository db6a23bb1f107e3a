import assert from "node:assert/strict";
import { readAudit } from "./audit.ts";

const A = ["get (ext:deno_os/30_os.js:1:1)", "a (file:///s%20p/a.ts:2:20)"];
const B = ["async file:///b.ts:1:2", "file:///main.ts:3:4"];

function line(permission: string, value: string | null, stack: string[]) {
  return JSON.stringify({ v: 1, permission, value, stack });
}

Deno.test("a line of the audit tells what was asked for, and in which files", async () => {
  const uses = await readAudit([
    line("env", "HOME", A),
    line("read", "x.txt", B),
    line("env", null, []),
  ]);
  assert.deepEqual(uses, [
    { kind: "env", value: "HOME", stack: ["file:///s%20p/a.ts"] },
    {
      kind: "read",
      value: "x.txt",
      stack: ["file:///b.ts", "file:///main.ts"],
    },
    { kind: "env", value: undefined, stack: [] },
  ]);
});

Deno.test("a URL that fetch asks for is the host and port that it asks for next", async () => {
  const uses = await readAudit([
    line("net", "https://example.com/x?y", A),
    line("net", "example.com:443", A),
    line("net", "ws://[::1]:81/", B),
  ]);
  assert.deepEqual(uses.map(({ value }) => value), [
    "example.com:443",
    "[::1]:81",
  ]);
});

Deno.test("a stack that Deno writes once more is believed only where it may be right", async (t) => {
  const cases: [is: string, before: string, line: string, known: boolean][] = [
    ["files in a loop", line("read", "a", A), line("read", "b", A), true],
    ["a copy", line("read", "a", A), line("write", "b", A), true],
    [
      "a fetch",
      line("net", "http://h:1/", A),
      line("net", "h:1", A),
      true,
    ],
    [
      "fetches in a loop",
      line("net", "h:1", A),
      line("net", "http://i/", A),
      true,
    ],
    ["another connection", line("net", "h:1", A), line("net", "i:1", A), false],
    ["another kind", line("env", "X", A), line("net", "h:1", A), false],
    ["code that is imported", line("env", "X", A), line("read", "x", A), false],
  ];
  for (const [is, before, line, known] of cases) {
    await t.step(is, async () => {
      const uses = await readAudit([before, line]);
      assert.equal(uses.at(-1)!.stack.length > 0, known);
    });
  }
});

Deno.test("a stack that isn't believed once isn't believed the second time", async () => {
  const uses = await readAudit([
    line("env", "X", A),
    line("net", "h:1", A),
    line("net", "h:1", A),
    line("env", "Y", A),
  ]);
  assert.deepEqual(uses.map(({ stack }) => stack.length), [1, 0, 1]);
});

Deno.test("folders above one that Node makes aren't needed", async () => {
  const looks = ["findFirstNonExistent (ext:deno_node/fs.ts:1:18257)", ...A];
  assert.deepEqual(await readAudit([line("read", "/", looks)]), []);
});

Deno.test("what was used again is told once, and half a line not at all", async () => {
  const twice = line("env", "X", A);
  const uses = await readAudit([twice, twice, "", twice.slice(0, 20)]);
  assert.equal(uses.length, 1);
});
