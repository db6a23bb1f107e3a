import { CaryatidError } from "@caryatid/sdk";
import {
  describeFailure,
  describeHandlerFailure,
  handlerError,
  readRemoteFailure,
  type RemoteFailure,
} from "@caryatid/sdk/bus";
import { safeName, safeText } from "./safe_text.ts";

/**
 * An error as it crosses the bridge. Of its insides only the failure of a
 * handler and the details of a module's own error cross.
 */
export type WireError = readonly [
  code: string,
  message: string,
  hint: string | null,
  cause: RemoteFailure | null,
  details?: unknown,
];

/** Returns any thrown value in the form that crosses the bridge. */
export function toWireError(error: unknown): WireError {
  const { code, message } = safeFailure(describeFailure(error));
  if (!(error instanceof CaryatidError)) return [code, message, null, null];
  const { hint, cause } = error;
  const { own, details } = describeHandlerFailure(error);
  const safeHint = hint === undefined ? null : safeText(hint);
  const safeCause = cause === undefined
    ? null
    : safeFailure(describeFailure(cause));
  return own && details !== undefined
    ? [code, message, safeHint, safeCause, details]
    : [code, message, safeHint, safeCause];
}

/**
 * Returns the error that crossed the bridge, or undefined if `item` is not one.
 * Its texts are made safe again, because the sender may not be trusted.
 */
export function fromWireError(item: unknown): CaryatidError | undefined {
  if (!Array.isArray(item) || item.length < 4 || item.length > 5) {
    return undefined;
  }
  const [code, message, hint, cause, details] = item;
  if (typeof code !== "string" || typeof message !== "string") return undefined;
  return new CaryatidError(safeName(code), safeText(message), {
    hint: typeof hint === "string" ? safeText(hint) : undefined,
    ...(cause === null ? {} : { cause: safeFailure(describeFailure(cause)) }),
    details,
  });
}

/** Returns the failure of a handler in the form that crosses the bridge. */
export function toWireFailure(error: unknown): RemoteFailure {
  return safeFailure(describeHandlerFailure(error));
}

/**
 * Returns the reason for which the host rejects a request: the error of the
 * guest's module, or the description of any other failure.
 */
export function fromWireFailure(item: unknown): unknown {
  const failure = safeFailure(readRemoteFailure(item));
  return failure.own ? handlerError("", failure) : failure;
}

function safeFailure({ code, message, ...own }: RemoteFailure): RemoteFailure {
  return { code: safeName(code), message: safeText(message), ...own };
}
