import assert from "node:assert/strict";
import { ROOT } from "../support/running_program.ts";

const PAGE = await Deno.readTextFile(`${ROOT}docs/reference/compatibility.md`);
const WORDS = PAGE.replaceAll(/\s+/g, " ");
const PROVEN = ["The same", "Better", "Different on purpose"];
const PROOF = /\[[^\]]+\]\(\.\.\/\.\.\/([^)]+)\): "(.+)" +\|$/;

Deno.test("each row of docs/reference/compatibility.md names a test that exists", async () => {
  let rows = 0;
  const missing: string[] = [];
  for (const section of PAGE.split("\n## ").slice(1)) {
    const [title, ...lines] = section.split("\n");
    if (!PROVEN.includes(title!)) continue;
    const table = lines.filter((line) => line.startsWith("| ")).slice(2);
    for (const row of table) {
      const [, file, name] = PROOF.exec(row) ?? assert.fail(row);
      const text = await Deno.readTextFile(`${ROOT}${file}`);
      if (!text.includes(name!)) missing.push(`${file}: ${name}`);
      rows++;
    }
  }
  assert.deepEqual(missing, []);
  assert(rows > 40, `${rows} rows`);
});

Deno.test("docs/reference/compatibility.md names the crates' versions that are locked", async () => {
  const lock = await Deno.readTextFile(
    `${ROOT}tests/interop/rust/Cargo.lock`,
  );
  for (
    const name of [
      "caryatid_process",
      "caryatid_sdk",
      "minicbor-serde",
      "lapin",
    ]
  ) {
    const [, version] =
      new RegExp(`name = "${name}"\nversion = "(.+)"`).exec(lock) ??
        assert.fail(name);
    assert(WORDS.includes(`${name} ${version}`), `${name} ${version}`);
  }
});
