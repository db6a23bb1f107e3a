import assert from "node:assert/strict";
import { projectFiles } from "../../process/cli/template.ts";
import { ROOT } from "../support/running_program.ts";
import { Program } from "./program.ts";

const FOLDER = `${ROOT}examples/hello`;
/** What Deno writes when the tasks are run. */
const DENOS_OWN = ["deno.lock", "node_modules"];

Deno.test("examples/hello is what `caryatid new examples/hello` writes", async () => {
  const files = projectFiles("hello", FOLDER);
  const found = [...Deno.readDirSync(FOLDER)].map(({ name }) => name)
    .filter((name) => !DENOS_OWN.includes(name));
  assert.deepEqual(found.sort(), Object.keys(files).sort());
  for (const [name, text] of Object.entries(files)) {
    assert.equal(await Deno.readTextFile(`${FOLDER}/${name}`), text, name);
  }
});

Deno.test("deno task example:hello says hello at each tick, and ends cleanly on Ctrl-C", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  const command: string = tasks["example:hello"];
  await using program = new Program(command.split(" ").slice(1));
  await program.until(
    Array(2).fill('spy: heard hello.hello: { greeting: "Hello, world!" }'),
  );
  program.interrupt();
  assert.equal(await program.ended(), 0);
  await program.until(["stopped with exit code 0"]);
});

Deno.test("the tasks of examples/hello work in its folder", async (t) => {
  for (const task of ["check", "test"]) {
    await t.step(task, async () => {
      const { code, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["task", task],
        cwd: FOLDER,
        env: { NO_COLOR: "1" },
      }).output();
      assert.equal(code, 0, new TextDecoder().decode(stderr));
    });
  }
});
