import { mismatch } from "./mismatch.ts";
import { RustType } from "./rust_type.ts";

const RFC3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ]((?!24)\d\d:\d\d:\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;
const WANTED = "a date and time as in 2024-01-02T03:04:05Z";

/**
 * chrono's `DateTime<Utc>`, a `Date` here, RFC 3339 on the wire.
 *
 * A Date has milliseconds: finer digits that are heard are cut off. Text that is given is sent with all its digits; declare the
 * field as {@linkcode text} to hear them, too.
 *
 * @example
 * ```ts
 * import { dateTime } from "@caryatid/sdk/rust";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(dateTime["~standard"].validate("2024-01-02T03:04:05.123456789Z"), {
 *   value: new Date("2024-01-02T03:04:05.123Z"),
 * });
 * ```
 */
export const dateTime: RustType<Date | string, Date> = new RustType({
  name: "DateTime<Utc>",
  toWire: (value) => {
    if (!(value instanceof Date)) {
      parse(value);
      return value;
    }
    const year = value.getUTCFullYear(); // NaN for an invalid Date
    if (!(year >= 0 && year <= 9999)) throw mismatch(value, WANTED);
    return value.toISOString().replace(".000Z", "Z"); // as chrono does
  },
  fromWire: (value) => value instanceof Date ? value : parse(value),
});

function parse(value: unknown): Date {
  const parts = typeof value === "string" ? RFC3339.exec(value) : null;
  if (parts === null) throw mismatch(value, WANTED);
  const [, year, month, day, time, fraction = "", zone] = parts;
  const milliseconds = fraction.slice(0, 4);
  const date = new Date(
    `${year}-${month}-${day}T${time}${milliseconds}${zone!.toUpperCase()}`,
  );
  // Date itself takes 30 February for 1 March, and 24:00 for midnight.
  const days = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  if (Number.isNaN(date.getTime()) || Number(day) > days) {
    throw mismatch(value, WANTED);
  }
  return date;
}
