import { CaryatidError } from "@caryatid/sdk";

/** The `init` of a module threw, or did not end in time. */
export function initFailedError(id: string, cause: unknown): CaryatidError {
  return new CaryatidError(
    "INIT_FAILED",
    `Cannot initialise module "${id}": ${messageOf(cause)}`,
    { cause, hint: cause instanceof CaryatidError ? cause.hint : undefined },
  );
}

/** What a module runs threw. */
export function moduleFailedError(id: string, cause: unknown): CaryatidError {
  const policy = `on-failure of [module.${id}] says what happens then`;
  const remedy = cause instanceof CaryatidError ? cause.hint : undefined;
  return new CaryatidError(
    "MODULE_FAILED",
    `Module "${id}" failed: ${messageOf(cause)}`,
    { cause, hint: remedy === undefined ? policy : `${remedy}; ${policy}` },
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
