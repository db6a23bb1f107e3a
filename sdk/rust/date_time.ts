import { mismatch } from "./mismatch.ts";
import { RustType } from "./rust_type.ts";

const RFC3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ]((?!24)\d\d:\d\d:\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;
const WANTED = "a date and time as in 2024-01-02T03:04:05Z";

/**
 * Type `DateTime<Utc>` of chrono: a `Date` in TypeScript, RFC 3339 on the wire.
 *
 * A `Date` has milliseconds: finer digits are cut off when they are received.
 * Text is sent with all its digits. Declare the field as {@linkcode text} to
 * receive all digits.
 *
 * @example
 * ```ts
 * import { dateTime } from "@caryatid/sdk/rust";
 * import assert from "node:assert/strict";
 *
 * const { validate } = dateTime["~standard"];
 * assert.deepEqual(validate("2024-01-02T03:04:05.123456789Z"), {
 *   value: new Date("2024-01-02T03:04:05.123Z"),
 * });
 * ```
 */
export const dateTime: RustType<Date | string, Date> = new RustType({
  name: "DateTime<Utc>",
  toWire: textOf,
  fromWire: (value) => value instanceof Date ? value : parse(value),
  toJson: textOf,
});

function textOf(value: unknown): unknown {
  if (!(value instanceof Date)) {
    parse(value);
    return value;
  }
  const year = value.getUTCFullYear(); // NaN for an invalid Date
  if (!(year >= 0 && year <= 9999)) throw mismatch(value, WANTED);
  return value.toISOString().replace(".000Z", "Z"); // as chrono does
}

function parse(value: unknown): Date {
  const parts = typeof value === "string" ? RFC3339.exec(value) : null;
  if (parts === null) throw mismatch(value, WANTED);
  const [, year, month, day, time, fraction = "", zone] = parts;
  const milliseconds = fraction.slice(0, 4);
  const date = new Date(
    `${year}-${month}-${day}T${time}${milliseconds}${zone!.toUpperCase()}`,
  );
  // Date itself reads 30 February as 1 March, and 24:00 as midnight.
  const days = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  if (Number.isNaN(date.getTime()) || Number(day) > days) {
    throw mismatch(value, WANTED);
  }
  return date;
}
