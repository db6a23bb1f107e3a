import assert from "node:assert/strict";
import { issuePath, type SchemaResult } from "../../standard_schema.ts";
import type { RustType } from "../rust_type.ts";

/** Returns the value that is sent for `value`. */
export function sent<I>(type: RustType<I, unknown>, value: I): unknown {
  return valueOf(type["~wire"].encode(value));
}

/** Returns the received value of a sent one. */
export function received<O>(type: RustType<unknown, O>, value: unknown): O {
  return valueOf(type["~standard"].validate(value) as SchemaResult<O>);
}

/** Returns the path and the reason of the issue that prevents sending. */
export function notSent(
  type: RustType<unknown, unknown>,
  value: unknown,
): string {
  return reason(type["~wire"].encode(value));
}

/** Returns the path and the reason of the issue of a received value. */
export function notReceived(
  type: RustType<unknown, unknown>,
  value: unknown,
): string {
  return reason(type["~standard"].validate(value) as SchemaResult<unknown>);
}

function valueOf<T>(result: SchemaResult<T>): T {
  assert(!result.issues, JSON.stringify(result.issues));
  return result.value;
}

function reason(result: SchemaResult<unknown>): string {
  assert(result.issues, "it was taken");
  const [issue] = result.issues;
  const path = issuePath(issue!);
  return path === "" ? issue!.message : `${path}: ${issue!.message}`;
}
