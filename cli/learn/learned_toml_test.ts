import assert from "node:assert/strict";
import { parse } from "smol-toml";
import { learnedToml } from "./learned_toml.ts";

const BASE = new URL("file:///srv/my%20shop/");

Deno.test("learnedToml writes valid TOML for any names and values", () => {
  const odd = 'a "b"\\\n\x7f\u{1F600}';
  const lists = { net: [odd], read: [`/srv/my shop/${odd}`] };
  const toml = learnedToml(
    {
      modules: [{ kind: "module", id: odd, lists, remarks: ["a\nb = 1"] }],
      unattributed: [`read ${"/long".repeat(40)}: two\nlines = 1`],
    },
    BASE,
    "head",
  );
  assert.deepEqual(JSON.parse(JSON.stringify(parse(toml))), {
    module: { [odd]: { permissions: { net: [odd], read: [`./${odd}`] } } },
  });
});

Deno.test("learnedToml writes relative paths only below the folder of the file", () => {
  const read = ["/srv/my shop/a/b.txt", "/srv/my shop", "/srv/my shops/c"];
  const module = {
    kind: "module" as const,
    id: "x",
    lists: { read },
    remarks: [],
  };
  const toml = learnedToml(
    { modules: [module], unattributed: [] },
    BASE,
    "head",
  );
  assert.match(
    toml,
    /^read = \["\.\/a\/b\.txt", "\/srv\/my shop", "\/srv\/my shops\/c"\]$/m,
  );
});

Deno.test("learnedToml wraps comments at 80 characters", () => {
  const unattributed = [`${"word ".repeat(60)}${"x".repeat(100)} end`];
  const toml = learnedToml({ modules: [], unattributed }, BASE, "head");
  for (const line of toml.split("\n").filter((line) => line !== "")) {
    assert.match(line, /^# /);
    assert(line.length <= 80 || /^# x{100}$/.test(line), line);
  }
});
