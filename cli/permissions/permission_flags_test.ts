import assert from "node:assert/strict";
import { permissionFlags } from "./permission_flags.ts";
import type { Grant, GrantKind } from "./grants.ts";

const grant = (kind: GrantKind, value: string): Grant => ({
  who: "module.x",
  why: "it asks for it",
  kind,
  value,
});

Deno.test("permissionFlags returns no flags without grants", () => {
  assert.deepEqual(permissionFlags([]), []);
});

Deno.test("permissionFlags merges grants of a kind into one flag, each value once", () => {
  const grants = [grant("net", "a:1"), grant("env", "X"), grant("net", "a:1")];
  assert.deepEqual(permissionFlags(grants), [
    "--allow-net=a:1",
    "--allow-env=X",
  ]);
});

Deno.test("permissionFlags refuses a path with a comma, which Deno would split", () => {
  assert.throws(() => permissionFlags([grant("read", "/a,b")]), {
    code: "INVALID_OPTION",
    message: 'Cannot grant read of "/a,b": found a comma, which a flag of ' +
      "Deno cannot contain; expected a name without one",
  });
});

Deno.test("permissionFlags repeats Deno's default hosts, which --allow-import replaces", () => {
  assert.deepEqual(permissionFlags([grant("import", "esm.sh:443")]), []);
  const [flag] = permissionFlags([grant("import", "example.com:443")]);
  assert.match(flag!, /^--allow-import=deno\.land:443,jsr\.io:443,/);
  assert.match(flag!, /,example\.com:443$/);
});

Deno.test("permissionFlags keeps a flag of the command line without a value", () => {
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
