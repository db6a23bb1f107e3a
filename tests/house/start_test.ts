import assert from "node:assert/strict";
import { ROOT } from "../support/running_program.ts";
import { loadedFiles, readImports } from "./import_graph.ts";

const imports = await readImports();

/** Folders whose code a process loads only if it uses the code. */
const UNUSED =
  /^(sdk\/(tracing|testing|rust)|process\/(broker|codec|isolation|monitor|rabbit_mq|rights|snapshots|tracing))\//;

Deno.test("a process without monitor, tracing, swaps, isolation and rights loads no code of them", () => {
  const files = loadedFiles("process/mod.ts", imports);
  assert(files.has("process/lifecycle/start.ts"));
  assert.deepEqual([...files].filter((file) => UNUSED.test(file)), [
    "process/monitor/monitor.ts", // the monitor that counts nothing
  ]);
});

/** Code that `caryatid run` loads only for code without a kept inspection. */
const INSPECTION =
  /^(cli\/inspection\/(inspections|inspector)|process\/(isolation\/(host|jail|wire)|lifecycle\/start|process\.ts)|sdk\/bus\/in_memory)/;

Deno.test("caryatid run loads no code of inspections, guests and processes while results are kept", () => {
  const files = loadedFiles("cli/run/run.ts", imports);
  assert(files.has("cli/inspection/inspection_cache.ts"));
  assert.deepEqual([...files].filter((file) => INSPECTION.test(file)), []);
});

Deno.test("caryatid run loads no module of Node.js, each of which takes milliseconds", async () => {
  const files = new Set(
    ["cli/mod.ts", "cli/run/run.ts"].flatMap((
      entry,
    ) => [...loadedFiles(entry, imports)]),
  );
  const found: string[] = [];
  for (const file of files) {
    const text = await Deno.readTextFile(ROOT + file);
    const isLoaded = /^(?:import|export) (?!type )[^;]*? from "node:/m;
    if (isLoaded.test(text)) found.push(file);
  }
  assert.deepEqual(found, []);
});
