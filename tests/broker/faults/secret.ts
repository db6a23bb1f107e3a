import assert from "node:assert/strict";

/** A password with a character that a URL must escape, in both forms. */
export const SECRET = { raw: "s3cr3t%2Fpw", decoded: "s3cr3t/pw" } as const;

/**
 * Throws if a text, or any part of a value, contains the password in either
 * form.
 */
export function assertNoSecret(...values: readonly unknown[]): void {
  for (const value of values) {
    const text = typeof value === "string"
      ? value
      : Deno.inspect(value, { depth: 100, iterableLimit: 10_000 });
    for (const secret of Object.values(SECRET)) {
      assert(!text.includes(secret), `the password is in:\n${text}`);
    }
  }
}
