import assert from "node:assert/strict";
import { templateOf } from "../../../cli/new/template.ts";
import { ROOT } from "../../support/running_program.ts";
import { Program } from "./program.ts";

const FOLDER = `${ROOT}examples/hello`;
/** Output of Deno when the tasks are run. */
const DENOS_OWN = ["deno.lock", "node_modules"];

/** Returns the paths of the files in a folder and its hidden folders. */
function filesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
    isDirectory && name.startsWith(".")
      ? filesIn(`${folder}/${name}`).map((file) => `${name}/${file}`)
      : name
  );
}

Deno.test("examples/hello is what `caryatid new examples/hello --template worker` writes", async () => {
  const place = { name: "hello", folder: FOLDER, path: "examples/hello" };
  const { files } = templateOf("worker", place);
  const found = filesIn(FOLDER).filter((name) => !DENOS_OWN.includes(name));
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
    Array(2).fill('spy: received hello.hello: { greeting: "Hello, world!" }'),
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
