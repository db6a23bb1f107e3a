import assert from "node:assert/strict";
import { ROOT } from "../../support/running_program.ts";
import { Program } from "./program.ts";
import { blocksIn, distinct, outputsIn, readmeOf } from "./readme.ts";

Deno.test("examples/record records, replays and compares as its README shows, and ends by itself", async (t) => {
  const readme = await readmeOf("record");
  const [command = "", diff = ""] = blocksIn(readme, "sh");
  await using program = new Program(
    command.trim().replace("deno run", "run --no-prompt").split(" "),
  );
  assert.equal(await program.ended(), 0);
  assert.equal(await program.errors(), "");
  const [output = []] = outputsIn(readme);
  assert.deepEqual(distinct(program.lines), distinct(output));

  await t.step("the task runs the same command", async () => {
    const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
    assert.equal(tasks["example:record"], command.trim());
  });
  await t.step("deno task diff prints the same, and exits with 1", async () => {
    await using task = new Program(diff.trim().split(" ").slice(1));
    assert.equal(await task.ended(), 1);
    assert.deepEqual(task.lines, program.lines.slice(-task.lines.length));
    assert.match(task.lines.at(-1)!, /6 the same, 2 changed/);
  });
});
