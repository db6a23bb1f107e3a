import { CaryatidError, type Log } from "@caryatid/sdk";
import { describeFailure } from "@caryatid/sdk/bus";
import { deniedHint } from "@caryatid/sdk/internal/host";

/** Error of a module whose `init` threw or did not end in time. */
export function initFailedError(id: string, cause: unknown): CaryatidError {
  return new CaryatidError(
    "INIT_FAILED",
    `Cannot initialize module "${id}": ${describeFailure(cause).message}`,
    { cause, hint: remedyOf(id, cause) },
  );
}

/** Error of a module whose task or handler threw. */
export function moduleFailedError(id: string, cause: unknown): CaryatidError {
  const policy = `Set on-failure of [module.${id}] to change what follows.`;
  const remedy = remedyOf(id, cause);
  return new CaryatidError(
    "MODULE_FAILED",
    `Module "${id}" failed: ${describeFailure(cause).message}`,
    { cause, hint: remedy === undefined ? policy : `${remedy} ${policy}` },
  );
}

function remedyOf(id: string, cause: unknown): string | undefined {
  return cause instanceof CaryatidError && cause.hint !== undefined
    ? cause.hint
    : deniedHint(id, cause);
}

/**
 * Formats an error for an operator: code, text, place in the code and hint.
 * Only an error without a code has a place.
 */
export function describeError(error: unknown): string {
  if (!(error instanceof CaryatidError)) {
    const { code, message } = describeFailure(error);
    return `${code}: ${message}${placeOf(error)}`;
  }
  const { code, message, cause } = error;
  const hint = error.hint === undefined ? "" : ` (${error.hint})`;
  const place = cause === undefined ? "" : placeOf(cause);
  return `[${code}] ${message}${place}${hint}`;
}

/**
 * Logs an error, and its stack on the level debug, as one record for each line.
 * Line breaks within a record are escaped, so no text can forge a record.
 */
export function logError(log: Log, error: unknown): void {
  for (const line of describeError(error).split("\n")) {
    log.error("{line}", { line });
  }
  const thrown = error instanceof CaryatidError ? error.cause : error;
  for (const line of stackOf(thrown)) log.debug("{line}", { line });
}

/** Returns ` at file:///…:1:2`, or "" if no file threw the error. */
function placeOf(thrown: unknown): string {
  const frames = stackOf(thrown).map((line) =>
    /^\s+at (?:.*\()?((?:file|https?):\S+:\d+:\d+)\)?$/.exec(line)?.[1]
  );
  const frame = frames.find((frame) => frame !== undefined);
  return frame === undefined ? "" : ` at ${frame}`;
}

/**
 * Returns the lines of the stack, none for errors of Caryatid. The value may be
 * hostile and throw again.
 */
function stackOf(thrown: unknown): readonly string[] {
  try {
    if (thrown instanceof CaryatidError || !(thrown instanceof Error)) {
      return [];
    }
    return `${thrown.stack ?? ""}`.split("\n").filter((line) => line !== "");
  } catch {
    return [];
  }
}
