import assert from "node:assert/strict";
import { inspect } from "node:util";
import { CaryatidError, type ErrorCode } from "../../mod.ts";
import { within } from "./within.ts";

/** Checks that `promise` rejects, within 5 s, with a `CaryatidError` of that code whose message has that text; returns it. */
export async function failsWith(
  promise: Promise<unknown>,
  code: ErrorCode,
  text = "",
): Promise<CaryatidError> {
  let outcome: unknown;
  try {
    outcome = await within(promise, `a rejection with ${code}`);
  } catch (error) {
    return checkError(error, code, text);
  }
  assert.fail(
    `Wanted a rejection with ${code}, got ${inspect(outcome)}`,
  );
}

/** Checks that `call` throws a `CaryatidError` of that code, at once. */
export function throwsWith(call: () => unknown, code: ErrorCode): void {
  let outcome: unknown;
  try {
    outcome = call();
  } catch (error) {
    checkError(error, code, "");
    return;
  }
  assert.fail(`Wanted ${code} to be thrown, got ${inspect(outcome)}`);
}

function checkError(
  error: unknown,
  code: ErrorCode,
  text: string,
): CaryatidError {
  if (error instanceof assert.AssertionError) throw error;
  assert(
    error instanceof CaryatidError,
    `Wanted ${code}, got ${inspect(error)}`,
  );
  assert.equal(error.code, code, `Wanted ${code}, got ${inspect(error)}`);
  assert(
    error.message.includes(text),
    `Wanted a message with ${JSON.stringify(text)}, got "${error.message}"`,
  );
  return error;
}
