import { CaryatidError } from "@caryatid/sdk";
import { harmless } from "../terminal/terminal.ts";

/** Parses a message.
 *
 * @throws {CaryatidError} `INVALID_OPTION` if it is not JSON
 */
export function readMessage(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CaryatidError(
      "INVALID_OPTION",
      `Cannot read the message: found invalid JSON (${harmless(reason)})`,
      { hint: `Quote a string twice: '"hello"'.`, cause },
    );
  }
}

/**
 * Returns a message as one line of JSON. Values that JSON lacks are wrapped as
 * in a recording. All control characters are escaped, also those that JSON
 * permits: U+009B begins a terminal command like ESC [.
 */
export function messageJson(message: unknown): string {
  const json = JSON.stringify(message, (_key, value) => {
    if (typeof value === "bigint") return { $bigint: String(value) };
    if (value instanceof Uint8Array) return { $bytes: value.toBase64() };
    return value;
  }) ?? "null";
  return json.replace(/[\p{Cc}\p{Cf}]/gu, escaped);
}

/** Escapes each UTF-16 code unit. */
function escaped(char: string): string {
  return char.split("").map((unit) =>
    `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`
  ).join("");
}
