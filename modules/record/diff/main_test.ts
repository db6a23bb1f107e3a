import assert from "node:assert/strict";
import { TempFolder } from "../testing/temp_folder.ts";
import { writeRecording } from "../testing/write_recording.ts";
import { diffCommand } from "./main.ts";

Deno.test("diff prints the differences line by line and exits with 1", async () => {
  await using folder = await TempFolder.make();
  const [a, b] = ["a", "b"].map((name) => `${folder.path}/${name}`);
  const order = (total: number) => ({
    topic: "order.paid",
    message: { total },
  });
  const other = (message: unknown) => ({ topic: "other", message });
  const [x, y, moves] = [other("x"), other("y"), other("moves")];
  await writeRecording(a!, [order(1), order(12), x, moves, y, other("z")]);
  await writeRecording(b!, [order(1), order(13), moves, x, y, other([7n])]);
  const { code, lines } = await run(a!, b!);
  assert.deepEqual(lines, [
    "~ changed order.paid #1",
    "    message.total: 12 → 13",
    '> reordered other #2 → #3: "x"',
    "~ changed other #5",
    '    message: "z" → [{"$bigint":"7"}]',
    "3 the same, 2 changed, 1 reordered",
  ]);
  assert.equal(code, 1);
});

Deno.test("diff of equal recordings exits with 0", async () => {
  await using folder = await TempFolder.make();
  await writeRecording(folder.path, [{ message: 1 }]);
  assert.deepEqual(await run(folder.path, folder.path), {
    code: 0,
    lines: ["1 the same"],
  });
});

Deno.test("diff accepts options", async () => {
  await using folder = await TempFolder.make();
  const [a, b] = ["a", "b"].map((name) => `${folder.path}/${name}`);
  await writeRecording(a!, [{ message: { x: 1, y: 1 } }, { message: 1 }]);
  await writeRecording(b!, [{ message: { x: 2, y: 2 } }]);
  const { lines } = await run(
    ...["--ignore=message.x", "--most=1", "--window=10", a!, b!],
  );
  assert.deepEqual(lines, [
    "~ changed a #0",
    "    message.y: 1 → 2",
    "… and 1 more differences",
    "0 the same, 1 missing, 1 changed",
  ]);
  assert.equal((await run("--time", "--ids", a!, a!)).code, 0);
});

Deno.test("diff --help prints its usage", async () => {
  const { code, lines } = await run("--help");
  assert.equal(code, 0);
  assert.match(lines.join("\n"), /^deno task diff A B/);
});

Deno.test("diff exits with 2 and a reason if the arguments or recordings are invalid", async (t) => {
  await using folder = await TempFolder.make();
  const wrong: [string, string[], RegExp][] = [
    ["no recording", [], /found 0 recordings; expected two/],
    ["too many arguments", ["a", "b", "c"], /found 3/],
    ["an unknown option", ["--speed", "a", "b"], /--speed/],
    ["a bad number", ["--window=x", "a", "b"], /INVALID_OPTION/],
    ["a bad path", ["--ignore=..", "a", "b"], /INVALID_OPTION.*\n.*hint/],
    ["a missing recording", [`${folder.path}/x`, folder.path], /NO_RECORDING/],
  ];
  for (const [name, args, said] of wrong) {
    await t.step(name, async () => {
      const { code, lines } = await run(...args);
      assert.equal(code, 2);
      assert.match(lines.join("\n"), said);
    });
  }
});

async function run(...args: string[]) {
  const lines: string[] = [];
  const code = await diffCommand(args, (line) => lines.push(line));
  return { code, lines };
}
