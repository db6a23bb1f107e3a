import type { LogRecord } from "@logtape/logtape";

/**
 * Formats log records as one JSON object a line, with the values both in
 * `message` and, as data, in `properties`.
 */
export function jsonLineFormatter(
  { getJsonLinesFormatter }: Pick<
    typeof import("@logtape/logtape"),
    "getJsonLinesFormatter"
  >,
): (record: LogRecord) => string {
  const format = getJsonLinesFormatter();
  return (record) =>
    format({ ...record, message: withPlainTexts(record.message) });
}

/**
 * Joins values that are not objects, and errors, with the text around them.
 * LogTape would put strings and long integers into quotes, which JSON escapes,
 * and would show no text of an error.
 *
 * @param message texts, with a value between each two of them
 */
function withPlainTexts(message: readonly unknown[]): unknown[] {
  const parts: unknown[] = [];
  let text = "";
  for (const part of message) {
    const plain = plainText(part);
    if (plain === undefined) {
      parts.push(text, part);
      text = "";
    } else {
      text += plain;
    }
  }
  return [...parts, text];
}

function plainText(part: unknown): string | undefined {
  if (!/^(object|function)$/.test(typeof part)) return String(part);
  try {
    return part instanceof Error ? `${part}` : undefined;
  } catch {
    return undefined; // a hostile error, which LogTape shows as an object
  }
}
