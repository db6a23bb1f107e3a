import assert from "node:assert/strict";
import { permissionFlags } from "./deno_flags.ts";
import type { Grant, GrantKind } from "./grants.ts";

const grant = (kind: GrantKind, value: string): Grant => ({
  who: "module.x",
  why: "it asks for it",
  kind,
  value,
});

Deno.test("no grants give no flags", () => {
  assert.deepEqual(permissionFlags([]), []);
});

Deno.test("grants of a kind are one flag, each value once", () => {
  const grants = [grant("net", "a:1"), grant("env", "X"), grant("net", "a:1")];
  assert.deepEqual(permissionFlags(grants), [
    "--allow-net=a:1",
    "--allow-env=X",
  ]);
});

Deno.test("a path with a comma is refused: Deno would take it for two", () => {
  assert.throws(() => permissionFlags([grant("read", "/a,b")]), {
    code: "INVALID_OPTION",
    message: 'Cannot grant read of "/a,b": found a comma, which a flag of ' +
      "Deno's can't have, wanted a name without",
  });
});

Deno.test("hosts to import from come beside Deno's own, which the flag replaces", () => {
  assert.deepEqual(permissionFlags([grant("import", "esm.sh:443")]), []);
  const [flag] = permissionFlags([grant("import", "example.com:443")]);
  assert.match(flag!, /^--allow-import=deno\.land:443,jsr\.io:443,/);
  assert.match(flag!, /,example\.com:443$/);
});

Deno.test("a flag of the command line without a value allows all of its kind", () => {
  const grants = [grant("net", "a:1"), grant("import", "b:1")];
  assert.deepEqual(
    permissionFlags(grants, [
      "--allow-net",
      "--allow-import",
      "--allow-ffi=/x",
    ]),
    ["--allow-net", "--allow-ffi=/x", "--allow-import"],
  );
});
