import assert from "node:assert/strict";
import { parseRun } from "./run_options.ts";

Deno.test("parseRun parses --process and --deadline, and returns undefined for wrong options", () => {
  const options = (...args: string[]) =>
    parseRun(["run", "x.toml", ...args])?.options;
  assert.equal(options("--deadline", "20")?.deadline, 20_000);
  assert.equal(options("--deadline=0.5")?.deadline, 500);
  assert.equal(options("--dashboard")?.dashboard, true);
  assert.equal(options("--process=a")?.process, "a");
  assert.equal(options("--env-prefix", "ACROPOLIS")?.envPrefix, "ACROPOLIS");
  assert.equal(options("--env-prefix=ACROPOLIS")?.envPrefix, "ACROPOLIS");
  for (const wrong of ["--deadline", "--deadline=", "--deadline=soon"]) {
    assert.equal(options(wrong), undefined);
  }
  assert.equal(options("--process"), undefined);
  assert.equal(options("--env-prefix"), undefined);
  assert.equal(options("--prnt"), undefined);
});
