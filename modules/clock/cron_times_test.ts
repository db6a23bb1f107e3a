import assert from "node:assert/strict";
import { cronTimes } from "./cron_times.ts";

Deno.test("cronTimes() follows the expression, with or without seconds", async () => {
  assert.deepEqual(
    await first(2, "0 */5 * * * *", "UTC", "2026-01-01T11:59:59.999Z"),
    ["2026-01-01T12:00:00.000Z", "2026-01-01T12:05:00.000Z"],
  );
  assert.deepEqual(
    await first(2, "30 8 * * MON-FRI", "UTC", "2026-01-02T09:00:00Z"),
    ["2026-01-05T08:30:00.000Z", "2026-01-06T08:30:00.000Z"],
  );
});

Deno.test("cronTimes() follows the time zone through both changes of daylight saving", async (t) => {
  const zone = "Europe/Berlin"; // 29 March, 2:00 → 3:00; 25 October, 3:00 → 2:00
  await t.step("a time of day stays that time of day", async () => {
    assert.deepEqual(
      await first(3, "0 12 * * *", zone, "2026-03-28T00:00:00Z"),
      [
        "2026-03-28T11:00:00.000Z",
        "2026-03-29T10:00:00.000Z",
        "2026-03-30T10:00:00.000Z",
      ],
    );
  });
  await t.step(
    "a time that is skipped comes at the end of the gap",
    async () => {
      assert.deepEqual(
        await first(3, "30 2 * * *", zone, "2026-03-28T00:00:00Z"),
        [
          "2026-03-28T01:30:00.000Z",
          "2026-03-29T01:00:00.000Z", // 3:00
          "2026-03-30T00:30:00.000Z",
        ],
      );
    },
  );
  await t.step("a time that comes twice is due the first time", async () => {
    assert.deepEqual(
      await first(3, "30 2 * * *", zone, "2026-10-24T00:00:00Z"),
      [
        "2026-10-24T00:30:00.000Z",
        "2026-10-25T00:30:00.000Z",
        "2026-10-26T01:30:00.000Z",
      ],
    );
  });
  await t.step("every half hour is every half hour", async () => {
    for (const day of ["2026-03-29", "2026-10-25"]) {
      const start = Date.parse(`${day}T00:00:00Z`);
      const found = await first(8, "*/30 * * * *", zone, `${day}T00:00:00Z`);
      assert.deepEqual(
        found.map((time) => (Date.parse(time) - start) / 1_800_000),
        [1, 2, 3, 4, 5, 6, 7, 8],
      );
    }
  });
});

Deno.test("cronTimes() looks back, and counts what lies between", async () => {
  const times = await cronTimes("*/5 * * * *", "UTC");
  const at = (time: string) => Date.parse(`2026-01-01T${time}Z`);
  assert.equal(times.before(at("12:05:00.001")), at("12:05:00"));
  assert.equal(times.before(at("12:05:00")), at("12:00:00"));
  assert.equal(times.between(at("12:00:00"), at("12:05:00")), 0);
  assert.equal(times.between(at("12:00:00"), at("13:00:00")), 11);
  assert.equal(times.between(0, at("12:00:00")), 1_000); // it counts no further
});

Deno.test("cronTimes() has an end where the expression names years", async () => {
  const times = await cronTimes("0 0 0 1 1 * 2020", "UTC");
  assert.equal(times.after(0), Date.UTC(2020, 0, 1));
  assert.equal(times.after(Date.UTC(2020, 0, 1)), undefined);
});

Deno.test("cronTimes() refuses what never falls due, and says why", async () => {
  const wrong = {
    "every day": /five, six, or seven/,
    "61 * * * *": /Invalid value for minute/,
    "0 0 30 2 *": /never falls due/,
    "2026-01-01T00:00:00": /found a date/,
    "": /five, six, or seven/,
  };
  for (const [expression, message] of Object.entries(wrong)) {
    await assert.rejects(cronTimes(expression, "UTC"), message);
  }
});

async function first(
  count: number,
  expression: string,
  zone: string,
  from: string,
): Promise<string[]> {
  const { after } = await cronTimes(expression, zone);
  let time = Date.parse(from);
  return Array.from(
    { length: count },
    () => new Date(time = after(time)!).toISOString(),
  );
}
