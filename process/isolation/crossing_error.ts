import { CaryatidError, type ErrorCode } from "@caryatid/sdk";
import { describeFailure, type RemoteFailure } from "@caryatid/sdk/bus";
import { harmlessText } from "./harmless_text.ts";

/** An error on its way over the bridge: nothing about its insides but what a handler failed with. */
export type CrossingError = readonly [
  code: string,
  message: string,
  hint: string | null,
  cause: RemoteFailure | null,
];

/** Whatever was thrown, in the form that crosses. */
export function crossing(error: unknown): CrossingError {
  const { code, message } = describeFailure(error);
  if (!(error instanceof CaryatidError)) {
    return [code, tame(message), null, null];
  }
  const { hint, cause } = error;
  return [
    code,
    tame(message),
    hint === undefined ? null : tame(hint),
    cause === undefined ? null : described(cause),
  ];
}

/** The error on the other side of the bridge, made harmless there as well: who sent it may not be trusted. Undefined where `item` isn't one. */
export function arrived(item: unknown): CaryatidError | undefined {
  if (!Array.isArray(item) || item.length !== 4) return undefined;
  const [code, message, hint, cause] = item;
  if (typeof code !== "string" || typeof message !== "string") return undefined;
  return new CaryatidError(tame(code) as ErrorCode, tame(message), {
    hint: typeof hint === "string" ? tame(hint) : undefined,
    ...(cause === null ? {} : { cause: described(cause) }),
  });
}

function described(cause: unknown): RemoteFailure {
  const { code, message } = describeFailure(cause);
  return { code: tame(code), message: tame(message) };
}

function tame(text: string): string {
  // Half a surrogate pair has no form on the wire.
  return harmlessText(text).toWellFormed();
}
