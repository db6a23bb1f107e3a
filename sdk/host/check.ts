import { describeFailure } from "../bus/remote_failure.ts";
import { CaryatidError } from "../errors.ts";
import {
  issuePath,
  type SchemaIssue,
  type SchemaResult,
  type StandardSchema,
} from "../standard_schema.ts";
import type { WireSchema } from "../wire_schema.ts";

/**
 * Checks `value` against `schema`. Gives `value` itself unless the schema transformed it: most libraries copy what they check.
 *
 * Gives a promise only where the schema does. Throws, or rejects with, `INVALID_MESSAGE`, also where the schema itself throws.
 */
export function checkMessage<Output>(
  topic: string,
  schema: StandardSchema<unknown, Output>,
  value: unknown,
): Output | Promise<Output> {
  try {
    const result = schema["~standard"].validate(value);
    return result instanceof Promise
      ? result.then((result) => outcome(topic, value, result))
        .catch((error) => {
          throw asInvalid(topic, error);
        })
      : outcome(topic, value, result);
  } catch (error) {
    throw asInvalid(topic, error);
  }
}

/** What is sent in place of `value`, as the schema says. Throws `INVALID_MESSAGE`. */
export function encodeMessage(
  topic: string,
  schema: WireSchema,
  value: unknown,
): unknown {
  try {
    const result = schema["~wire"].encode(value);
    if (result.issues) throw invalidMessageError(topic, result.issues);
    return result.value;
  } catch (error) {
    throw asInvalid(topic, error);
  }
}

/** A schema may throw: at a message that is too deep for its recursion, for one. */
function asInvalid(topic: string, error: unknown): CaryatidError {
  return error instanceof CaryatidError ? error : new CaryatidError(
    "INVALID_MESSAGE",
    `Cannot use the message on "${topic}": its schema throws: ` +
      describeFailure(error).message,
    { cause: error },
  );
}

function outcome<Output>(
  topic: string,
  value: unknown,
  result: SchemaResult<Output>,
): Output {
  if (result.issues) throw invalidMessageError(topic, result.issues);
  return sameValue(value, result.value) ? value as Output : result.value;
}

function invalidMessageError(
  topic: string,
  issues: readonly SchemaIssue[],
): CaryatidError {
  const list = issues.slice(0, 5).map((issue) => {
    const path = issuePath(issue);
    return path === "" ? issue.message : `${path}: ${issue.message}`;
  });
  if (issues.length > 5) list.push(`and ${issues.length - 5} more`);
  return new CaryatidError(
    "INVALID_MESSAGE",
    `Cannot use the message on "${topic}": ${list.join("; ")}`,
    { hint: "it doesn't fit the schema given to defineTopic" },
  );
}

/** Whether two values have the same plain parts: arrays and objects by content, all else by identity. */
function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (
    typeof a !== "object" || typeof b !== "object" || a === null || b === null
  ) return false;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length &&
      a.every((value, i) => sameValue(value, b[i]));
  }
  return isPlain(a) && isPlain(b) && sameProperties(
    a as Record<string, unknown>,
    b as Record<string, unknown>,
  );
}

/** Most say so by their constructor: asking for the prototype costs as much as comparing two properties. */
function isPlain(value: object): boolean {
  if (value.constructor === Object) return true;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function sameProperties(
  a: Record<string, unknown>,
  b: Record<string, unknown>,
): boolean {
  let surplus = 0;
  for (const key in a) {
    const value = b[key];
    if (a[key] !== value && !sameValue(a[key], value)) return false;
    if (value === undefined && !Object.hasOwn(b, key)) return false;
    surplus++;
  }
  for (const _ in b) surplus--;
  return surplus === 0;
}
