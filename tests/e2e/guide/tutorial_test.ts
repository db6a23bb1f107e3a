import assert from "node:assert/strict";
import { parse } from "smol-toml";
import { ROOT } from "../../support/running_program.ts";
import { caryatid } from "../cli/caryatid.ts";
import { blocksIn } from "../examples/readme.ts";
import { namedBlocks } from "./named_blocks.ts";
import { PageFolder } from "./page_folder.ts";

const PAGE = await Deno.readTextFile(`${ROOT}docs/guide/tutorial.md`);
const EXAMPLE = `${ROOT}examples/orders/`;
const blocks = namedBlocks(PAGE);

for (const [name, parts] of blocks) {
  Deno.test(`the blocks of ${name} in the tutorial are the file of examples/orders`, async () => {
    const file = await Deno.readTextFile(EXAMPLE + name);
    if (name.endsWith(".html")) {
      for (const part of parts) assert(squeezed(file).includes(squeezed(part)));
    } else if (name.endsWith(".toml")) {
      assert.deepEqual(parse(parts.join("\n")), parse(file));
    } else {
      assert.equal(parts.join("\n"), file);
    }
  });
}

Deno.test("the tutorial has every file of examples/orders but the tests that it links", async () => {
  const { stdout } = await new Deno.Command("git", {
    args: ["ls-files"],
    cwd: EXAMPLE,
  }).output();
  const files = new TextDecoder().decode(stdout).trim().split("\n");
  const missing = files.filter((file) =>
    !blocks.has(file) && !PAGE.includes(`examples/orders/${file}`)
  );
  assert.deepEqual(missing, []);
});

Deno.test("check reports the missing rights of the plugin as the tutorial shows", async () => {
  await using folder = await PageFolder.of(PAGE);
  const file = `${folder.path}/orders.toml`;
  const withoutRights = blocks.get("orders.toml")!.slice(0, -1);
  await Deno.writeTextFile(file, withoutRights.join("\n"));
  const html = await Deno.readTextFile(`${EXAMPLE}page.html`);
  await Deno.writeTextFile(`${folder.path}/page.html`, html);
  const { code, stdout, stderr } = await caryatid(["check", file]);
  assert.equal(code, 2);
  const [shown] = blocksIn(PAGE, "text")
    .filter((block) => block.includes("[INVALID_CONFIG]"));
  const printed = (stderr + stdout)
    .replaceAll(folder.path, "/home/me/caryatid/shop");
  assert(printed.includes(shown!.trim()), printed);
});

/** Normalizes white space, which depends on the depth of a script. */
function squeezed(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}
