import assert from "node:assert/strict";
import { inspect } from "node:util";
import { CaryatidError } from "../../mod.ts";
import { within } from "./promises.ts";

/** A signal that never fires, with the number of its handlers. */
export interface CountedSignal {
  /** Signal for the calls under test. */
  readonly signal: AbortSignal;
  /** Number of handlers that were added and not removed. */
  readonly handlers: number;
}

/**
 * Asserts that `promise` rejects within 30 s with a `CaryatidError` that has
 * the code and the text. Returns the error.
 */
export async function failsWith(
  promise: Promise<unknown>,
  code: string,
  text = "",
): Promise<CaryatidError> {
  let outcome: unknown;
  try {
    outcome = await within(promise, `a rejection with ${code}`);
  } catch (error) {
    return checkError(error, code, text);
  }
  assert.fail(
    `Expected a rejection with ${code}, got ${inspect(outcome)}`,
  );
}

/** Asserts that `call` throws a `CaryatidError` with the code. */
export function throwsWith(call: () => unknown, code: string): void {
  let outcome: unknown;
  try {
    outcome = call();
  } catch (error) {
    checkError(error, code, "");
    return;
  }
  assert.fail(`Expected ${code} to be thrown, got ${inspect(outcome)}`);
}

/** Creates a signal that counts its abort handlers. */
export function countAbortHandlers(): CountedSignal {
  const { signal } = new AbortController();
  const handlers = new Set<unknown>();
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (
    ...[type, handler, options]: Parameters<AbortSignal["addEventListener"]>
  ) => {
    handlers.add(handler);
    add(type, handler, options);
  };
  signal.removeEventListener = (
    ...[type, handler, options]: Parameters<AbortSignal["removeEventListener"]>
  ) => {
    handlers.delete(handler);
    remove(type, handler, options);
  };
  return {
    signal,
    get handlers() {
      return handlers.size;
    },
  };
}

function checkError(
  error: unknown,
  code: string,
  text: string,
): CaryatidError {
  if (error instanceof assert.AssertionError) throw error;
  assert(
    error instanceof CaryatidError,
    `Expected ${code}, got ${inspect(error)}`,
  );
  assert.equal(error.code, code, `Expected ${code}, got ${inspect(error)}`);
  assert(
    error.message.includes(text),
    `Expected a message with ${JSON.stringify(text)}, got "${error.message}"`,
  );
  return error;
}
