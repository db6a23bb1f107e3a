import { CaryatidError } from "@caryatid/sdk";
import { ConfigError } from "../config/config_error.ts";
import { harmless } from "./terminal.ts";

/** An error in words: code, text, hint, and what caused it. Never a stack. */
export function explained(error: unknown): string {
  if (!(error instanceof CaryatidError)) return harmless(messageOf(error));
  const hint = error.hint === undefined ? "" : ` (${error.hint})`;
  return `[${error.code}] ${harmless(error.message, "many")}${hint}`;
}

/** An error as a program reads it. */
export function errorJson(error: unknown): Record<string, unknown> {
  if (!(error instanceof CaryatidError)) {
    return { code: undefined, message: messageOf(error) };
  }
  const { code, message, hint } = error;
  const problems = error instanceof ConfigError ? error.problems : undefined;
  return { code, message, hint, problems };
}

/** What an error says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
