/** Property of signals that belong to a {@linkcode QuietAbort}. */
const QUIET = Symbol.for("@caryatid/sdk quiet abort");

type QuietSignal = AbortSignal & { readonly [QUIET]?: QuietAbort };

/**
 * Controller of a signal that is used for many requests, one after the other,
 * and seldom fires: a request in memory watches it without a listener, which
 * would take a thirtieth of the time of an HTTP request.
 *
 * For everything else its signal is an `AbortSignal` like any other.
 *
 * @example
 * ```ts
 * import { QuietAbort } from "@caryatid/sdk/internal/bus";
 * import assert from "node:assert/strict";
 *
 * const abort = new QuietAbort();
 * abort.abort();
 * assert(abort.signal.aborted);
 * ```
 */
export class QuietAbort {
  /** Watcher of the request in flight. */
  watcher: EventListenerObject | undefined;
  readonly #controller = new AbortController();
  /** Signal of the requests. */
  readonly signal: AbortSignal = Object.assign(this.#controller.signal, {
    [QUIET]: this,
  });

  /** Fires the signal. */
  abort(): void {
    this.#controller.abort();
    this.watcher?.handleEvent(new Event("abort"));
  }
}

/** Calls `watcher` when `signal` fires, until `unwatchAbort`. */
export function watchAbort(
  signal: AbortSignal,
  watcher: EventListenerObject,
): void {
  const quiet = (signal as QuietSignal)[QUIET];
  if (quiet && quiet.watcher === undefined) quiet.watcher = watcher;
  // Without `once`, which costs as much as the call.
  else signal.addEventListener("abort", watcher);
}

/** Ends what `watchAbort` began. */
export function unwatchAbort(
  signal: AbortSignal,
  watcher: EventListenerObject,
): void {
  const quiet = (signal as QuietSignal)[QUIET];
  if (quiet?.watcher === watcher) quiet.watcher = undefined;
  else signal.removeEventListener("abort", watcher);
}
