import { CaryatidError } from "@caryatid/sdk";
import { describeFailure } from "@caryatid/sdk/bus";

/** The `init` of a module threw, or did not end in time. */
export function initFailedError(id: string, cause: unknown): CaryatidError {
  return new CaryatidError(
    "INIT_FAILED",
    `Cannot initialise module "${id}": ${describeFailure(cause).message}`,
    { cause, hint: cause instanceof CaryatidError ? cause.hint : undefined },
  );
}

/** What a module runs threw. */
export function moduleFailedError(id: string, cause: unknown): CaryatidError {
  const policy = `on-failure of [module.${id}] says what happens then`;
  const remedy = cause instanceof CaryatidError ? cause.hint : undefined;
  return new CaryatidError(
    "MODULE_FAILED",
    `Module "${id}" failed: ${describeFailure(cause).message}`,
    { cause, hint: remedy === undefined ? policy : `${remedy}; ${policy}` },
  );
}
