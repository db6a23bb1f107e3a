import assert from "node:assert/strict";
import { ROOT } from "../support/running_program.ts";

interface Task {
  readonly command: string;
}

const { workspace, tasks } = JSON.parse(
  await Deno.readTextFile(`${ROOT}deno.json`),
) as { workspace: string[]; tasks: Record<string, string | Task> };

function commandOf(name: string): string {
  const task = tasks[name]!;
  return typeof task === "string" ? task : task.command;
}

Deno.test("tasks name files and folders that exist", async () => {
  const missing: string[] = [];
  for (const name of Object.keys(tasks)) {
    for (const [path] of commandOf(name).matchAll(PATH)) {
      await Deno.stat(ROOT + path)
        .catch(() => missing.push(`${name}: ${path}`));
    }
  }
  assert.deepEqual(missing, []);
});

Deno.test("task docs lints every public entry of every package", async () => {
  const entries: string[] = [];
  for (const member of workspace.map((path) => path.slice(2))) {
    const { exports } = JSON.parse(
      await Deno.readTextFile(`${ROOT}${member}/deno.json`),
    );
    for (const [name, path] of Object.entries<string>(exports)) {
      if (name.startsWith("./internal/")) continue;
      entries.push(`${member}/${path.slice(2)}`);
    }
  }
  const linted = commandOf("docs").split(" ").slice(3);
  assert.deepEqual(linted.toSorted(), entries.toSorted());
});

Deno.test("A22 tasks that run a conformance suite measure the heap", () => {
  const names = ["test", "test:isolation", "test:rabbitmq", "test:soak"];
  for (const name of names) {
    assert.match(commandOf(name), /--v8-flags=--expose-gc/, name);
  }
});

/** Paths below a top-level folder, without the outputs of tasks. */
const PATH =
  /(?<=[ =,])(?:sdk|process|cli|modules|examples|tests|docs|\.ci)\/(?![\w/]*(?:target|recordings))[\w./-]+/g;
