import assert from "node:assert/strict";
import { MergedLog, type MergedLogOptions } from "./merged_log.ts";

function written(
  options: Partial<MergedLogOptions>,
  colours: boolean,
  write: (log: MergedLog) => void,
): string[] {
  const lines: string[] = [];
  const take = (line: string) => void lines.push(line);
  const terminal = { print: take, complain: take, colours };
  const names = ["web", "clock"];
  write(
    new MergedLog(terminal, {
      names,
      format: "pretty",
      colours,
      ...options,
    }),
  );
  return lines;
}

Deno.test("each line is led by who said it, aligned", () => {
  const lines = written({}, false, (log) => {
    log.printed("web", "listening");
    log.complained("clock", "ticking");
    log.printed("clock", "");
  });
  assert.deepEqual(lines, ["web   | listening", "clock | ticking", "clock | "]);
});

Deno.test("on a terminal each name has a colour of its own", () => {
  const lines = written({}, true, (log) => {
    log.printed("web", "a");
    log.printed("clock", "b");
  });
  assert.deepEqual(lines, [
    "\x1b[36mweb   | \x1b[0ma",
    "\x1b[33mclock | \x1b[0mb",
  ]);
});

Deno.test("JSON stays JSON: the name is its first field", () => {
  const lines = written({ format: "json" }, true, (log) => {
    log.printed("web", '{"level":"INFO"}');
    log.printed("web", " {} ");
    log.printed("web", "plain text");
    log.printed("web", '["no record"]');
  });
  assert.deepEqual(lines.map((line) => JSON.parse(line)), [
    { process: "web", level: "INFO" },
    { process: "web" },
    { process: "web", message: "plain text" },
    { process: "web", message: '["no record"]' },
  ]);
  assert.equal(lines[0], '{"process":"web","level":"INFO"}');
});
