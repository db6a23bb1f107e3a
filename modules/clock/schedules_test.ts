import assert from "node:assert/strict";
import { alignedSchedule, cronSchedule } from "./schedules.ts";

const MINUTE = 60_000;

Deno.test("alignedSchedule() returns the multiples of the period", () => {
  const times = alignedSchedule(MINUTE);
  assert.equal(times.after(90_000), 2 * MINUTE);
  assert.equal(times.after(2 * MINUTE), 3 * MINUTE);
  assert.equal(times.before(90_000), MINUTE);
  assert.equal(times.before(2 * MINUTE), MINUTE);
});

Deno.test("alignedSchedule() counts the times between two times, both excluded", () => {
  const times = alignedSchedule(MINUTE);
  assert.equal(times.between(0, MINUTE), 0);
  assert.equal(times.between(0, 5 * MINUTE), 4);
  assert.equal(times.between(1, 5 * MINUTE + 1), 5);
  assert.equal(times.between(MINUTE, MINUTE), 0);
});

Deno.test("alignedSchedule() finds the next time from each of its times despite rounding", () => {
  for (const period of [1, 100 / 3, 0.1 * 1000, 1000 / 7]) {
    const times = alignedSchedule(period);
    let time = Date.UTC(2026, 0, 1);
    for (let n = 0; n < 10_000; n++) {
      const next = times.after(time)!;
      assert(next > time && next - time < period * 1.001);
      assert.equal(times.before(next + 0.001), next);
      time = next;
    }
  }
});

Deno.test("cronSchedule() follows the expression, with or without seconds", async () => {
  assert.deepEqual(
    await first(2, "0 */5 * * * *", "UTC", "2026-01-01T11:59:59.999Z"),
    ["2026-01-01T12:00:00.000Z", "2026-01-01T12:05:00.000Z"],
  );
  assert.deepEqual(
    await first(2, "30 8 * * MON-FRI", "UTC", "2026-01-02T09:00:00Z"),
    ["2026-01-05T08:30:00.000Z", "2026-01-06T08:30:00.000Z"],
  );
});

Deno.test("cronSchedule() follows both changes of daylight saving time", async (t) => {
  // 29 March, 2:00 → 3:00; 25 October, 3:00 → 2:00
  const zone = "Europe/Berlin";
  await t.step("a time of day stays the same", async () => {
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
  await t.step("a repeated time is due the first time", async () => {
    assert.deepEqual(
      await first(3, "30 2 * * *", zone, "2026-10-24T00:00:00Z"),
      [
        "2026-10-24T00:30:00.000Z",
        "2026-10-25T00:30:00.000Z",
        "2026-10-26T01:30:00.000Z",
      ],
    );
  });
  await t.step("every half hour stays regular", async () => {
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

Deno.test("cronSchedule() finds earlier times and counts times in between", async () => {
  const times = await cronSchedule("*/5 * * * *", "UTC");
  const at = (time: string) => Date.parse(`2026-01-01T${time}Z`);
  assert.equal(times.before(at("12:05:00.001")), at("12:05:00"));
  assert.equal(times.before(at("12:05:00")), at("12:00:00"));
  assert.equal(times.between(at("12:00:00"), at("12:05:00")), 0);
  assert.equal(times.between(at("12:00:00"), at("13:00:00")), 11);
  assert.equal(times.between(0, at("12:00:00")), 1_000); // it counts no further
});

Deno.test("cronSchedule() ends if the expression names years", async () => {
  const times = await cronSchedule("0 0 0 1 1 * 2020", "UTC");
  assert.equal(times.after(0), Date.UTC(2020, 0, 1));
  assert.equal(times.after(Date.UTC(2020, 0, 1)), undefined);
});

Deno.test("cronSchedule() rejects with the reason for an expression that is never due", async () => {
  const wrong = {
    "every day": /five, six, or seven/,
    "61 * * * *": /Invalid value for minute/,
    "0 0 30 2 *": /never falls due/,
    "2026-01-01T00:00:00": /found a date/,
    "": /five, six, or seven/,
  };
  for (const [expression, message] of Object.entries(wrong)) {
    await assert.rejects(cronSchedule(expression, "UTC"), message);
  }
});

async function first(
  count: number,
  expression: string,
  zone: string,
  from: string,
): Promise<string[]> {
  const { after } = await cronSchedule(expression, zone);
  let time = Date.parse(from);
  return Array.from(
    { length: count },
    () => new Date(time = after(time)!).toISOString(),
  );
}
