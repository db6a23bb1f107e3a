import assert from "node:assert/strict";
import { type Attempt, isControlled } from "./attempt.ts";
import { ATTEMPTS, GROUPS } from "./attempts/all.ts";
import { escapePage, expected, formatted, PAGE } from "./escape_page.ts";
import { runLots } from "./run_lots.ts";

const ISOLATIONS = ["worker", "process"] as const;

Deno.test("D18 attempts to get out of an isolation", async (t) => {
  const folder = await Deno.makeTempDir();
  const { reports, asked } = await runLots(folder);
  const found = (isolation: string, { name }: Attempt) => {
    const report = reports.get(isolation)?.get(name);
    assert(report, `Nothing was told of "${name}" in ${isolation}`);
    return report;
  };
  for (const isolation of ISOLATIONS) {
    for (const { title, attempts } of GROUPS) {
      await t.step(`${title}, in a ${isolation}`, () => {
        const results = attempts.map((attempt) => {
          const { name, result, said } = found(isolation, attempt);
          const right = result === expected(attempt, isolation);
          return right ? `${name}: ${result}` : `${name}: ${result}, ${said}`;
        });
        assert.deepEqual(
          results,
          attempts.map((attempt) =>
            `${attempt.name}: ${expected(attempt, isolation)}`
          ),
        );
      });
    }
  }
  await t.step("no registry is told a name, by guests", () => {
    assert.deepEqual(asked.filter((path) => !path.startsWith("none/")), []);
  });
  await t.step("control: without isolation they get out", () => {
    const kept = [...ATTEMPTS.values()].filter(isControlled)
      .filter((attempt) => found("none", attempt).result !== "open")
      .map(({ name }) => name);
    assert.deepEqual(kept, []);
  });
  await t.step("control: without isolation a registry is told a name", () => {
    assert.notDeepEqual(asked, []);
  });
  await Deno.remove(folder, { recursive: true });
});

Deno.test("what is open has a reason, and every attempt a name of its own", () => {
  const all = GROUPS.flatMap(({ attempts }) => attempts);
  const silent = all.filter((attempt) =>
    ISOLATIONS.some((isolation) => expected(attempt, isolation) === "open") &&
    !attempt.why
  );
  assert.deepEqual(silent.map(({ name }) => name), []);
  assert.equal(ATTEMPTS.size, all.length);
});

Deno.test("docs/escape-matrix.md says what is expected here (deno task escape writes it)", async () => {
  assert.equal(await Deno.readTextFile(PAGE), await formatted(escapePage()));
});
