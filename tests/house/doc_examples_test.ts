import assert from "node:assert/strict";
import { ROOT } from "../support/running_program.ts";
import { withoutExample } from "./doc_examples.ts";

Deno.test("every public function and class has an example or names its maker", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  const entries = tasks.docs.command.split(" ").slice(3) as string[];
  assert(entries.length > 10);
  const found = await Promise.all(entries.map(withoutExample));
  assert.deepEqual([...new Set(found.flat())], []);
});
