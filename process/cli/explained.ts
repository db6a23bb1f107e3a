import { CaryatidError } from "@caryatid/sdk";
import { harmless } from "./terminal.ts";

/** An error in words: code, text, hint, and what caused it. Never a stack. */
export function explained(error: unknown): string {
  if (!(error instanceof CaryatidError)) return harmless(messageOf(error));
  const hint = error.hint === undefined ? "" : ` (${error.hint})`;
  return `[${error.code}] ${harmless(error.message, "many")}${hint}`;
}

/** What an error says. */
function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
