import assert from "node:assert/strict";
import { ROOT } from "../support/running_program.ts";

const PACKAGES = ["sdk", "process", "cli", "modules"];

Deno.test("each package holds the license and a page, which registries show", async () => {
  const license = await Deno.readTextFile(`${ROOT}LICENSE`);
  for (const name of PACKAGES) {
    assert.equal(await Deno.readTextFile(`${ROOT}${name}/LICENSE`), license);
    assert.match(await Deno.readTextFile(`${ROOT}${name}/README.md`), /^# /);
  }
});
