import { CaryatidError } from "@caryatid/sdk";
import { harmless } from "../terminal.ts";

/** Reads what is to be sent. */
export function readMessage(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CaryatidError(
      "INVALID_OPTION",
      `Cannot read the message: found no JSON (${harmless(why)})`,
      { hint: `a text is in quotes of its own: '"hello"'`, cause },
    );
  }
}

/**
 * A message as one line of JSON; what JSON lacks is wrapped, as in a recording. What a terminal would obey is escaped, also where JSON
 * needn't: U+009B begins a command as ESC [ does.
 */
export function messageJson(message: unknown): string {
  const json = JSON.stringify(message, (_key, value) => {
    if (typeof value === "bigint") return { $bigint: String(value) };
    if (value instanceof Uint8Array) return { $bytes: value.toBase64() };
    return value;
  }) ?? "null";
  return json.replace(/[\p{Cc}\p{Cf}]/gu, escaped);
}

/** Each of its UTF-16 units. */
function escaped(char: string): string {
  return char.split("").map((unit) =>
    `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`
  ).join("");
}
