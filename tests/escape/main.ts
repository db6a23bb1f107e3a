/**
 * Makes all attempts, prints their results by column, and writes
 * docs/evidence/escape-matrix.md if each attempt has the expected result.
 *
 * @module
 */
import { isControlled } from "./attempt.ts";
import { ATTEMPTS } from "./attempts/all.ts";
import {
  type Column,
  escapePage,
  expected,
  formatted,
  PAGE,
} from "./escape_page.ts";
import { jail } from "../support/jail.ts";
import { runLots } from "./run_lots.ts";

const hasJail = !("missing" in jail);
const columns: Column[] = hasJail
  ? ["worker", "process", "jail", "walls"]
  : ["worker", "process"];
if ("missing" in jail) print(`without the jail: ${jail.missing}`);

const folder = await Deno.makeTempDir();
const { reports, asked } = await runLots(folder, ["none", ...columns]);
await Deno.remove(folder, { recursive: true });

const faults = [...columns.flatMap(faultsIn), ...controlFaults()];
for (const column of columns) print(summary(column));
for (const fault of faults) print(fault);
if (faults.length === 0) {
  await Deno.writeTextFile(PAGE, await formatted(escapePage()));
}
Deno.exit(faults.length === 0 ? 0 : 1);

function faultsIn(column: Column): string[] {
  return [...ATTEMPTS.values()].flatMap((attempt) => {
    const wanted = expected(attempt, column);
    const { result = "no report", said = "" } =
      reports.get(column)?.get(attempt.name) ?? {};
    return wanted === undefined || result === wanted
      ? []
      : [`${column}: ${attempt.name}: ${result}, expected ${wanted}: ${said}`];
  });
}

function controlFaults(): string[] {
  const kept = [...ATTEMPTS.values()].filter(isControlled)
    .filter(({ name }) => reports.get("none")?.get(name)?.result !== "open")
    .map(({ name }) => `control: ${name} does not escape without isolation`);
  const names = asked.filter((path) => !path.startsWith("none/"))
    .map((path) => `a guest sent a name to a registry: ${path}`);
  return [...kept, ...names];
}

function summary(column: Column): string {
  const results = [...reports.get(column)!.values()];
  const count = (wanted: string) =>
    results.filter(({ result }) => result === wanted).length;
  return `${column}: ${results.length} attempts, ${
    count("refused")
  } refused, ` +
    `${count("contained")} contained, ${count("open")} open`;
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
