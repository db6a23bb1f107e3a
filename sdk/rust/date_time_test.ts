import assert from "node:assert/strict";
import { dateTime } from "./mod.ts";
import { notReceived, notSent, received, sent } from "./testing/conversions.ts";

Deno.test("a Date is sent in the format of chrono, with three decimals of a second or none", () => {
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

Deno.test("a text that Rust accepts as a DateTime is received as a Date", () => {
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
  ) assert.equal(received(dateTime, text).toISOString(), iso);
  const date = new Date();
  // in memory, from a publisher without this schema
  assert.equal(received(dateTime, date), date);
});

Deno.test("any other value is rejected when sent and when received", () => {
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
    assert.match(notReceived(dateTime, value), /expected a date and time/);
    assert.match(notSent(dateTime, value), /expected a date and time/);
  }
  assert.match(notSent(dateTime, new Date(NaN)), /^found a Date; expected/);
  assert.match(notSent(dateTime, new Date(253402300800000)), /^found a Date/);
});
