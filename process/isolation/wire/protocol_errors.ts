import { CaryatidError } from "@caryatid/sdk";

/** Returns the error for a guest that has broken the protocol of the bridge. */
export function violation(found: string, cause?: unknown): CaryatidError {
  return new CaryatidError(
    "PROTOCOL_VIOLATION",
    `Cannot continue with the guest: it broke the protocol of the bridge (${found})`,
    {
      cause,
      hint: "Do not run its code, which bypasses the SDK, or isolate it in a " +
        "process.",
    },
  );
}

/**
 * Returns the error for a guest that has exceeded a budget of its host, for
 * example `1024 subscriptions`.
 */
export function overBudget(budget: string): CaryatidError {
  return new CaryatidError(
    "GUEST_ENDED",
    `Cannot continue with the guest: it exceeded its budget of ${budget}`,
    { hint: "Close what is no longer needed, and await each call." },
  );
}
