import assert from "node:assert/strict";
import { parseRun } from "./parse_run.ts";

Deno.test("run takes --process and --deadline with their values, and leaves what is wrong to the parser of all commands", () => {
  const options = (...args: string[]) =>
    parseRun(["run", "x.toml", ...args])?.options;
  assert.equal(options("--deadline", "20")?.deadline, 20_000);
  assert.equal(options("--deadline=0.5")?.deadline, 500);
  assert.equal(options("--process=a")?.process, "a");
  for (const wrong of ["--deadline", "--deadline=", "--deadline=soon"]) {
    assert.equal(options(wrong), undefined);
  }
  assert.equal(options("--process"), undefined);
  assert.equal(options("--prnt"), undefined);
});
