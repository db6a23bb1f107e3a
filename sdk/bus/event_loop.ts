/**
 * Calls between two yields to the event loop. Settled promises alone would
 * starve timers and signals. 1,024 publishes take 0.2 ms, a turn 0.001 ms.
 */
const CALLS_PER_TURN = 1024;

/**
 * Calls between two cached turns, which read the clock directly. Each cached
 * turn costs a `setImmediate` and one more turn of the loop, 3 µs: a server
 * whose turns have one request each would pay it for every request. The first
 * `setImmediate` of a program takes 4 ms, a quarter of a start.
 */
const DIRECT_CALLS = 64;

/** True while the cached times belong to the current turn. */
let cached = false;
let directCallsLeft = DIRECT_CALLS;
let wallTime = 0;
let monotonicTime = 0;
/** Wall time at which `monotonicTime` was read directly. */
let readAt = 0;
let calls = 0;
let turnEnd: Promise<void> | undefined;
let resolveTurnEnd: (() => void) | undefined;

/**
 * Returns milliseconds since 1970, exact to one turn of the event loop. In a
 * turn with many calls the clock is read once: that costs half as much as a
 * publish.
 *
 * @example
 * ```ts
 * import { loopTime } from "@caryatid/sdk/internal/bus";
 * import assert from "node:assert/strict";
 *
 * assert(Math.abs(loopTime() - Date.now()) < 60_000);
 * ```
 */
export function loopTime(): number {
  if (!cached && !beginTurn()) return Date.now();
  return wallTime;
}

/**
 * Returns milliseconds of a monotonic clock, exact to one turn of the event
 * loop and to 1 ms.
 *
 * @example
 * ```ts
 * import { loopMonotonic, yieldToEventLoop } from "@caryatid/sdk/internal/bus";
 * import assert from "node:assert/strict";
 *
 * const before = loopMonotonic();
 * await yieldToEventLoop();
 * assert(loopMonotonic() >= before);
 * ```
 */
export function loopMonotonic(): number {
  if (!cached && !beginTurn()) {
    const now = Date.now();
    // `performance.now()` takes twice as long as `Date.now()`, so it is read
    // once in each millisecond.
    if (now !== readAt) {
      readAt = now;
      monotonicTime = performance.now();
    }
  }
  return monotonicTime;
}

/**
 * Returns the monotonic time at which this turn of the event loop began, in
 * milliseconds, as far as the caller can know: it is that of the first call in
 * the turn.
 *
 * @example
 * ```ts
 * import { turnStart, yieldToEventLoop } from "@caryatid/sdk/internal/bus";
 * import assert from "node:assert/strict";
 *
 * const start = turnStart();
 * while (performance.now() - start < 2);
 * assert.equal(turnStart(), start);
 * await yieldToEventLoop();
 * assert(turnStart() > start);
 * ```
 */
export function turnStart(): number {
  directCallsLeft = 0;
  return loopMonotonic();
}

/**
 * Returns `outcome`, delayed by one turn of the event loop after every 1,024
 * calls, so that timers and signals run. A bus passes every result through this
 * function: a loop that receives only errors would starve timers, too.
 *
 * @example
 * ```ts
 * import { yieldPeriodically } from "@caryatid/sdk/internal/bus";
 * import assert from "node:assert/strict";
 *
 * const outcome = Promise.resolve("accepted");
 * assert.equal(await yieldPeriodically(outcome), "accepted");
 * ```
 */
export function yieldPeriodically<T>(outcome: Promise<T>): Promise<T> {
  if (!cached && !beginTurn()) return outcome;
  return ++calls < CALLS_PER_TURN ? outcome : afterTurn(outcome);
}

/**
 * Returns `outcome` after one turn. It is a function, because its closures
 * would cost each call of `yieldPeriodically` a scope of 40 bytes: 3 % of a
 * publish.
 */
function afterTurn<T>(outcome: Promise<T>): Promise<T> {
  outcome.catch(() => {}); // the caller receives the error after the turn
  return yieldToEventLoop().then(() => outcome);
}

/**
 * Resolves after one turn of the event loop.
 *
 * @example
 * ```ts
 * import { yieldToEventLoop } from "@caryatid/sdk/internal/bus";
 * import assert from "node:assert/strict";
 *
 * let fired = false;
 * setTimeout(() => fired = true, 0);
 * // Awaiting settled promises alone would run no timer.
 * while (!fired) await yieldToEventLoop();
 * assert(fired);
 * ```
 */
export function yieldToEventLoop(): Promise<void> {
  directCallsLeft = 0;
  if (!cached) beginTurn();
  return turnEnd ??= new Promise((resolve) => resolveTurnEnd = resolve);
}

/**
 * Resolves after two turns of the event loop, when all consequences that need
 * no I/O have happened.
 */
export async function yieldTwice(): Promise<void> {
  await yieldToEventLoop();
  await yieldToEventLoop();
}

/**
 * Caches the times of this turn. Returns false, and caches nothing, during the
 * first calls of a program and after each cached turn.
 */
function beginTurn(): boolean {
  if (directCallsLeft > 0) {
    directCallsLeft--;
    return false;
  }
  cached = true;
  wallTime = readAt = Date.now();
  monotonicTime = performance.now();
  setImmediate(endTurn);
  return true;
}

function endTurn(): void {
  cached = false;
  calls = 0;
  directCallsLeft = DIRECT_CALLS;
  const resolve = resolveTurnEnd;
  turnEnd = resolveTurnEnd = undefined;
  resolve?.();
}
