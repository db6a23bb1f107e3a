import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { failedFiles } from "./failed_files.ts";
import { testArguments } from "./test_arguments.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

Deno.test("failed files of a parallel run are found by the name before each test", () => {
  const output = `
./a_test.ts => a => b: fails (x) ... inner one ... FAILED (1ms)
./a_test.ts => a => b: fails (x) ... FAILED (due to 1 failed step) (11ms)
Uncaught error from ./b_test.ts FAILED
./c_test.ts => passes ... ok (40ms)
./d.md#1-4.ts => file:///tmp/d.md#1-4.ts ... FAILED (865µs)

 FAILURES 

a => b: fails (x) ... inner one => ./helper.ts:1:55

FAILED | 1 passed | 3 failed (1 step) (151ms)
`;
  assert.deepEqual(failedFiles(output), [
    "./a_test.ts",
    "./b_test.ts",
    "./d.md",
  ]);
});

Deno.test("failed files of a sequential run are found by the line before their tests", () => {
  const output = `
running 1 test from ./a_test.ts
passes ... ok (1ms)
running 2 tests from ./b_test.ts
passes ... ok (1ms)
fails ... FAILED (1ms)
running 3 tests from ./c_test.ts
one ...
  step ...
Uncaught error from ./c_test.ts FAILED
one ... cancelled (0ms)
other ... cancelled (0ms)
running 1 test from ./d_test.ts
passes ... ok (1ms)
`;
  assert.deepEqual(failedFiles(output), ["./b_test.ts", "./c_test.ts"]);
});

Deno.test("testArguments returns the arguments of a task that also apply to one file", () => {
  assert.deepEqual(
    testArguments(
      "sh prepare.sh && A=1 deno test -P=test --no-check --parallel --doc --ignore=tests/broker tests/cli",
    ),
    ["-P=test", "--no-check", "--doc"],
  );
  assert.equal(testArguments("deno run -A main.ts"), undefined);
});

Deno.test("a file that fails among others and passes alone makes a run pass, and the same file that fails again does not", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/a_test.ts`;
    const log = `${folder}/log.txt`;
    await Deno.writeTextFile(log, `${file} => a ... FAILED (1ms)`);
    for (const [text, code] of [["", 0], ["throw 1;", 1]] as const) {
      await Deno.writeTextFile(file, `Deno.test("a", () => { ${text} });`);
      const args = ["run", "-A", `${ROOT}.ci/rerun/main.ts`, "test:cli", log];
      const rerun = await new Deno.Command(Deno.execPath(), { args }).output();
      assert.equal(rerun.code, code, new TextDecoder().decode(rerun.stderr));
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
