import type { SchemaIssue } from "@caryatid/sdk";
import { harmlessText } from "../harmless_text.ts";
import { violation } from "../read_frames.ts";

/**
 * What a guest says is wrong with its section.
 *
 * @throws {CaryatidError} `PROTOCOL_VIOLATION`
 */
export function readIssues(items: unknown): SchemaIssue[] {
  if (!Array.isArray(items)) throw violation("issues of no kind");
  return items.map((item) => {
    const { message, path } = Object(item);
    if (typeof message !== "string" || !Array.isArray(path)) {
      throw violation("an issue of no kind");
    }
    return { message: harmlessText(message), path: path.filter(isStep) };
  });
}

function isStep(step: unknown): step is string | number {
  return typeof step === "string" || typeof step === "number";
}
