import assert from "node:assert/strict";
import { loadedFiles, readImports } from "./import_graph.ts";

/** Folders whose code a process loads only if it uses the code. */
const UNUSED =
  /^(sdk\/(tracing|testing|rust)|process\/(broker|codec|isolation|monitor|rabbit_mq|rights|snapshots|tracing))\//;

Deno.test("a process without monitor, tracing, swaps, isolation and rights loads no code of them", async () => {
  const files = loadedFiles("process/mod.ts", await readImports());
  assert(files.has("process/lifecycle/start.ts"));
  assert.deepEqual([...files].filter((file) => UNUSED.test(file)), [
    "process/monitor/monitor.ts", // the monitor that counts nothing
  ]);
});
