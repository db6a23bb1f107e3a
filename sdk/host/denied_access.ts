import { describeFailure } from "../bus/remote_failure.ts";

/** Text of the error by which Deno denies access. */
const DENIED =
  /^Requires (\w+) access to (?:<[^>]*>|"([^"]+)"), run again with the --allow-/;

/** Permissions that `[module.<id>.permissions]` can grant. */
const GRANTED = ["net", "read", "write", "env"];

/**
 * Returns the line of TOML that grants a module what Deno denied to its code;
 * undefined if the error has another reason.
 *
 * Compares the text: the error of an isolated module has no class.
 */
export function deniedHint(
  module: string,
  error: unknown,
): string | undefined {
  const [, kind, value] = DENIED.exec(describeFailure(error).message) ?? [];
  if (kind === undefined || value === undefined) return undefined;
  const line = `${kind} = [${JSON.stringify(value)}]`;
  return GRANTED.includes(kind)
    ? `Add ${line} to [module.${module}.permissions].`
    : `Grant it with --allow-${kind}=${value}.`;
}
