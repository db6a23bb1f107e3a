import assert from "node:assert/strict";
import { dateTime } from "./mod.ts";
import { heard, notHeard, notSent, sent } from "./testing/conversions.ts";

Deno.test("a Date is sent as chrono writes it: with three digits of a second, or none", () => {
  assert.equal(
    sent(dateTime, new Date("2024-01-02T03:04:05.120Z")),
    "2024-01-02T03:04:05.120Z",
  );
  assert.equal(
    sent(dateTime, new Date("2024-01-02T03:04:05Z")),
    "2024-01-02T03:04:05Z",
  );
});

Deno.test("text is sent with all its digits", () => {
  const time = "2024-01-02T03:04:05.123456789Z";
  assert.equal(sent(dateTime, time), time);
});

Deno.test("what Rust reads is heard as a Date", () => {
  for (
    const [text, iso] of [
      ["2024-01-02T03:04:05Z", "2024-01-02T03:04:05.000Z"],
      ["2024-01-02T03:04:05.1Z", "2024-01-02T03:04:05.100Z"],
      ["2024-01-02T03:04:05.123999999Z", "2024-01-02T03:04:05.123Z"],
      ["2024-01-02T03:04:05+02:00", "2024-01-02T01:04:05.000Z"],
      ["2024-01-02 03:04:05z", "2024-01-02T03:04:05.000Z"],
      ["2024-02-29T23:59:59Z", "2024-02-29T23:59:59.000Z"],
      ["0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000Z"],
    ] as const
  ) assert.equal(heard(dateTime, text).toISOString(), iso);
  const date = new Date();
  assert.equal(heard(dateTime, date), date); // in memory, from who doesn't declare it
});

Deno.test("anything else is refused, both ways", () => {
  for (
    const value of [
      "2024-01-02",
      "2024-01-02T03:04:05",
      "2023-02-29T00:00:00Z",
      "2024-13-01T00:00:00Z",
      "2024-01-02T24:00:00Z",
      "2024-01-02T24:00:01Z",
      "2 January 2024",
      1704164645,
      null,
    ]
  ) {
    assert.match(notHeard(dateTime, value), /wanted a date and time/);
    assert.match(notSent(dateTime, value), /wanted a date and time/);
  }
  assert.match(notSent(dateTime, new Date(NaN)), /^found a Date, wanted/);
  assert.match(notSent(dateTime, new Date(253402300800000)), /^found a Date/);
});
