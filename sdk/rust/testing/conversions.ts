import assert from "node:assert/strict";
import { issuePath, type SchemaResult } from "../../standard_schema.ts";
import type { RustType } from "../rust_type.ts";

/** What is sent for a value. */
export function sent<I>(type: RustType<I, unknown>, value: I): unknown {
  return valueOf(type["~wire"].encode(value));
}

/** The value of what was sent. */
export function heard<O>(type: RustType<unknown, O>, value: unknown): O {
  return valueOf(type["~standard"].validate(value) as SchemaResult<O>);
}

/** Why a value isn't sent: its path and the reason. */
export function notSent(
  type: RustType<unknown, unknown>,
  value: unknown,
): string {
  return reason(type["~wire"].encode(value));
}

/** Why it isn't heard. */
export function notHeard(
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
