import assert from "node:assert/strict";
import { type Attempt, isControlled } from "./attempt.ts";
import { ATTEMPTS, GROUPS } from "./attempts/all.ts";
import {
  type Column,
  escapePage,
  expected,
  formatted,
  PAGE,
} from "./escape_page.ts";
import { skipJail, whyNoJail } from "../support/jail.ts";
import type { Report } from "./lot.ts";
import { type Outcomes, runLots } from "./run_lots.ts";

/** Every third attempt, since all take minutes, and those with a registry. */
const MADE: ReadonlySet<string> = new Set(
  [...ATTEMPTS.keys()].filter((name, index) =>
    index % 3 === 0 || /registry|npm|jsr/i.test(name)
  ),
);
const isMade = (name: string) => MADE.has(name);

Deno.test("D18 attempts to escape an isolation have the expected results", async (t) => {
  const folder = await Deno.makeTempDir();
  const outcomes = await runLots(folder, ["none", "worker", "process"], isMade);
  await haveExpectedResults(t, outcomes, ["worker", "process"]);
  const { reports, asked } = outcomes;
  await t.step("no guest sends a name to a registry", () => {
    assert.deepEqual(asked.filter((path) => !path.startsWith("none/")), []);
  });
  await t.step("control: attempts escape without isolation", () => {
    const kept = [...ATTEMPTS.values()].filter(isControlled)
      .filter(({ name }) => isMade(name))
      .filter((attempt) => reportOf(reports, "none", attempt).result !== "open")
      .map(({ name }) => name);
    assert.deepEqual(kept, []);
  });
  await t.step("control: a registry receives names without isolation", () => {
    assert.notDeepEqual(asked, []);
  });
  await Deno.remove(folder, { recursive: true });
});

Deno.test({
  name:
    `D18 attempts to escape the jail, and a guest in the jail, have the expected results${whyNoJail}`,
  ignore: skipJail,
  async fn(t) {
    const folder = await Deno.makeTempDir();
    const outcomes = await runLots(folder, ["jail", "walls"], isMade);
    await haveExpectedResults(t, outcomes, ["jail", "walls"]);
    await Deno.remove(folder, { recursive: true });
  },
});

Deno.test("D18 no attempt is open in a separate process with the jail", () => {
  const open = [...ATTEMPTS.values()]
    .filter((attempt) => expected(attempt, "walls") === "open")
    .map(({ name }) => name);
  assert.deepEqual(open, []);
});

Deno.test("with net granted, wall 1 restricts the hosts that the jail does not", () => {
  const open = [...ATTEMPTS.values()]
    .filter((attempt) => expected(attempt, "jail") === "open")
    .filter(({ grants }) => grants?.net);
  assert.notDeepEqual(open, []);
  for (const attempt of open) {
    assert.equal(expected(attempt, "process"), "refused", attempt.name);
  }
});

Deno.test("every open attempt has a reason, and every attempt has a unique name", () => {
  const all = GROUPS.flatMap(({ attempts }) => attempts);
  const columns: Column[] = ["worker", "process", "jail", "walls"];
  const silent = all.filter((attempt) =>
    !attempt.why &&
    columns.some((column) => expected(attempt, column) === "open")
  );
  assert.deepEqual(silent.map(({ name }) => name), []);
  assert.equal(ATTEMPTS.size, all.length);
});

Deno.test("docs/evidence/escape-matrix.md has the expected results (deno task escape writes it)", async () => {
  assert.equal(await Deno.readTextFile(PAGE), await formatted(escapePage()));
});

/** Compares the results with those of the page, in a step for each table. */
async function haveExpectedResults(
  t: Deno.TestContext,
  { reports }: Outcomes,
  columns: readonly Column[],
): Promise<void> {
  for (const column of columns) {
    for (const { title, attempts } of GROUPS) {
      const made = attempts.filter((attempt) =>
        isMade(attempt.name) && expected(attempt, column) !== undefined
      );
      if (made.length === 0) continue;
      await t.step(`${title}: ${column}`, () => {
        const found = made.map((attempt) => {
          const { name, result, said } = reportOf(reports, column, attempt);
          const isRight = result === expected(attempt, column);
          return `${name}: ${result}${isRight ? "" : `, ${said}`}`;
        });
        assert.deepEqual(
          found,
          made.map((one) => `${one.name}: ${expected(one, column)}`),
        );
      });
    }
  }
}

function reportOf(
  reports: Outcomes["reports"],
  isolation: string,
  { name }: Attempt,
): Report {
  const report = reports.get(isolation)?.get(name);
  assert(report, `No report on "${name}" in ${isolation}`);
  return report;
}
