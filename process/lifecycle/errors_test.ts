import { CaryatidError, type Log } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { describeError, logError, moduleFailedError } from "./errors.ts";

Deno.test("a failed module is logged in one line, with the place in the code that threw", () => {
  const line = describeError(moduleFailedError("m", new TypeError("boom")));
  assert.match(
    line,
    /^\[MODULE_FAILED\] Module "m" failed: boom at file:\S+errors_test\.ts:6:\d+ \(Set on-failure of \[module\.m\] to change what follows\.\)$/,
  );
});

Deno.test("a failed module without a permission gets the line of TOML that grants it", () => {
  const cause = new Error(
    'Requires net access to "h:1", run again with the --allow-net flag',
  );
  assert.match(
    moduleFailedError("m", cause).hint!,
    /^Add net = \["h:1"\] to \[module\.m\.permissions\]\. Set on-failure/,
  );
});

Deno.test("logError writes one error record, and the stack on the level debug", () => {
  const records: string[] = [];
  const write = (level: string) => () => void records.push(level);
  const log: Log = {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
  };
  logError(log, moduleFailedError("m", new Error("boom")));
  assert.equal(records.filter((level) => level === "error").length, 1);
  assert(records.includes("debug"));
  records.length = 0;
  logError(log, moduleFailedError("m", new CaryatidError("OVERFLOW", "full")));
  assert.deepEqual(records, ["error"]);
});
