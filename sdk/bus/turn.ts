/**
 * Publishes that may follow each other before the event loop gets a turn. Settled promises alone would starve timers and
 * signals: 1,024 publishes take 0.2 ms, a turn 0.001 ms.
 */
const PUBLISHES_PER_TURN = 1024;

/**
 * Calls at the beginning that read the clock anew instead: the first `setImmediate` of a program takes 4 ms, a quarter of a
 * start.
 */
const COLD_CALLS = 64;

let open = false;
let cold = COLD_CALLS;
let wallTime = 0;
let monotonicTime = 0;
let publishes = 0;
let over: Promise<void> | undefined;
let endOver: (() => void) | undefined;

/**
 * Milliseconds since 1970, read once per turn of the event loop: reading the clock costs half as much as a whole publish.
 *
 * @example
 * ```ts
 * import { turnTime } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * assert(Math.abs(turnTime() - Date.now()) < 60_000);
 * ```
 */
export function turnTime(): number {
  if (!open && !begin()) return Date.now();
  return wallTime;
}

/**
 * Milliseconds that never jump, read once per turn of the event loop.
 *
 * @example
 * ```ts
 * import { turnMonotonic, turnOver } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * const before = turnMonotonic();
 * await turnOver();
 * assert(turnMonotonic() >= before);
 * ```
 */
export function turnMonotonic(): number {
  if (!open && !begin()) return performance.now();
  return monotonicTime;
}

/** Counts a publish. Gives undefined, or now and then a promise that resolves when timers and signals have had their turn. */
function yieldNowAndThen(): Promise<void> | undefined {
  if (!open && !begin()) return undefined;
  return ++publishes < PUBLISHES_PER_TURN ? undefined : turnOver();
}

/**
 * `outcome`, though now and then only when timers and signals have had their turn. Whatever a bus returns goes through here: a
 * loop that only ever gets errors would starve them, too.
 *
 * @example
 * ```ts
 * import { paced } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * const outcome = Promise.resolve("accepted");
 * assert.equal(await paced(outcome), "accepted");
 * ```
 */
export function paced<T>(outcome: Promise<T>): Promise<T> {
  const turn = yieldNowAndThen();
  if (turn === undefined) return outcome;
  outcome.catch(() => {}); // it is told when the turn is over
  return turn.then(() => outcome);
}

/**
 * Resolves when the event loop has had a turn.
 *
 * @example
 * ```ts
 * import { turnOver } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * let fired = false;
 * setTimeout(() => fired = true, 0);
 * while (!fired) await turnOver(); // awaiting settled promises alone would never let it
 * assert(fired);
 * ```
 */
export function turnOver(): Promise<void> {
  cold = 0;
  if (!open) begin();
  return over ??= new Promise((resolve) => endOver = resolve);
}

/** Says whether a turn has begun; while it is cold, none has. */
function begin(): boolean {
  if (cold > 0) {
    cold--;
    return false;
  }
  open = true;
  wallTime = Date.now();
  monotonicTime = performance.now();
  setImmediate(end);
  return true;
}

function end(): void {
  open = false;
  publishes = 0;
  const resolve = endOver;
  over = endOver = undefined;
  resolve?.();
}
