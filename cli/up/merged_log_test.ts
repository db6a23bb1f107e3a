import assert from "node:assert/strict";
import { MergedLog, type MergedLogOptions } from "./merged_log.ts";

function written(
  options: Partial<MergedLogOptions>,
  colors: boolean,
  write: (log: MergedLog) => void,
): string[] {
  const lines: string[] = [];
  const take = (line: string) => void lines.push(line);
  const terminal = { print: take, printError: take, colors };
  const names = ["web", "clock"];
  write(
    new MergedLog(terminal, {
      names,
      format: "pretty",
      colors,
      ...options,
    }),
  );
  return lines;
}

Deno.test("MergedLog prefixes each line with the name of its process, aligned", () => {
  const lines = written({}, false, (log) => {
    log.printOutput("web", "listening");
    log.printError("clock", "ticking");
    log.printOutput("clock", "");
  });
  assert.deepEqual(lines, ["web   | listening", "clock | ticking", "clock | "]);
});

Deno.test("MergedLog prints each name in its own color on a terminal", () => {
  const lines = written({}, true, (log) => {
    log.printOutput("web", "a");
    log.printOutput("clock", "b");
  });
  assert.deepEqual(lines, [
    "\x1b[36mweb   | \x1b[0ma",
    "\x1b[33mclock | \x1b[0mb",
  ]);
});

Deno.test("MergedLog adds the name as the first field of JSON lines", () => {
  const lines = written({ format: "json" }, true, (log) => {
    log.printOutput("web", '{"level":"INFO"}');
    log.printOutput("web", " {} ");
    log.printOutput("web", "plain text");
    log.printOutput("web", '["no record"]');
  });
  assert.deepEqual(lines.map((line) => JSON.parse(line)), [
    { process: "web", level: "INFO" },
    { process: "web" },
    { process: "web", message: "plain text" },
    { process: "web", message: '["no record"]' },
  ]);
  assert.equal(lines[0], '{"process":"web","level":"INFO"}');
});
