import assert from "node:assert/strict";
import { errorMeanings } from "../../../.ci/reference/error_page.ts";
import { ROOT } from "../../support/running_program.ts";

Deno.test("docs/guide/troubleshooting.md has a row for every error code", async () => {
  const page = await Deno.readTextFile(`${ROOT}docs/guide/troubleshooting.md`);
  const listed = Array.from(
    page.matchAll(/^\| \[([A-Z_]+)\]/gm),
    ([, code]) => code,
  );
  const codes = errorMeanings(await Deno.readTextFile(`${ROOT}sdk/errors.ts`));
  assert.deepEqual(listed.toSorted(), [...codes.keys()].toSorted());
});
