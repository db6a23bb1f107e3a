import assert from "node:assert/strict";
import { builtinModules } from "node:module";
import {
  ALLOWED_BUILTINS,
  GRANTED_BUILTINS,
  importableBuiltins,
} from "./builtin_modules.ts";

const PAGE = new URL(
  "../../../docs/reference/guest_builtins.md",
  import.meta.url,
);

Deno.test("docs/reference/guest_builtins.md lists the modules of Node.js that a guest may import", async () => {
  const page = await Deno.readTextFile(PAGE);
  const rows = [...page.matchAll(/^\| `node:(\S+)` *\| (.+?) *\|$/gm)]
    .map(([, name, permission]) => [name, permission]);
  const wanted = [
    ...ALLOWED_BUILTINS.map((name) => [name, "none"]),
    ...GRANTED_BUILTINS.map((
      [name, grants],
    ) => [name, grants.map((grant) => `\`${grant}\``).join(" or ")]),
  ];
  assert.deepEqual(rows, wanted);
});

Deno.test("a guest may import only modules that Node.js has", () => {
  const known = builtinModules.map((name) => name.replace(/^node:/, ""));
  const all = importableBuiltins(["net", "read", "write", "env"]);
  assert.deepEqual(all.filter((name) => !known.includes(name)), []);
});

Deno.test("a guest without grants may import no module that opens files or connections", () => {
  const allowed = importableBuiltins(["env"]);
  for (const [name] of GRANTED_BUILTINS) assert(!allowed.includes(name), name);
});
