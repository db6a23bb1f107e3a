import assert from "node:assert/strict";
import { readAudit } from "./audit.ts";

const A = ["get (ext:deno_os/30_os.js:1:1)", "a (file:///s%20p/a.ts:2:20)"];
const B = ["async file:///b.ts:1:2", "file:///main.ts:3:4"];

function line(permission: string, value: string | null, stack: string[]) {
  return JSON.stringify({ v: 1, permission, value, stack });
}

Deno.test("readAudit returns kind, value and files of each request", async () => {
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

Deno.test("readAudit returns a URL of fetch as its host and port", async () => {
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

Deno.test("readAudit drops a repeated stack unless the same code may have made both requests", async (t) => {
  const cases: [is: string, before: string, line: string, reliable: boolean][] =
    [
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
      [
        "another connection",
        line("net", "h:1", A),
        line("net", "i:1", A),
        false,
      ],
      ["another kind", line("env", "X", A), line("net", "h:1", A), false],
      [
        "code that is imported",
        line("env", "X", A),
        line("read", "x", A),
        false,
      ],
    ];
  for (const [is, before, line, reliable] of cases) {
    await t.step(is, async () => {
      const uses = await readAudit([before, line]);
      assert.equal(uses.at(-1)!.stack.length > 0, reliable);
    });
  }
});

Deno.test("readAudit drops a repeated stack each time", async () => {
  const uses = await readAudit([
    line("env", "X", A),
    line("net", "h:1", A),
    line("net", "h:1", A),
    line("env", "Y", A),
  ]);
  assert.deepEqual(uses.map(({ stack }) => stack.length), [1, 0, 1]);
});

Deno.test("readAudit skips the parent folders that mkdir of Node checks", async () => {
  const looks = ["findFirstNonExistent (ext:deno_node/fs.ts:1:18257)", ...A];
  assert.deepEqual(await readAudit([line("read", "/", looks)]), []);
});

Deno.test("readAudit returns a repeated use once and skips an incomplete line", async () => {
  const twice = line("env", "X", A);
  const uses = await readAudit([twice, twice, "", twice.slice(0, 20)]);
  assert.equal(uses.length, 1);
});
