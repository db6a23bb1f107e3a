import { turnOver } from "@caryatid/sdk/bus";
import type { ModuleContext } from "@caryatid/sdk/host";
import type { Work } from "./work.ts";

/** Turns of the event loop that are looked at closely, before it is looked at every few milliseconds. */
const CLOSE_LOOKS = 100;
const LOOK_EVERY = 5;

/** Time that whoever is to be let go has in any case to say goodbye, in milliseconds. */
export const CLOSE_TIME = 2_000;

/** A module that may have work in hand. */
export interface Drained {
  readonly id: string;
  readonly context: ModuleContext;
}

/**
 * Resolves when every task waits for a delivery that doesn't come and no handler works, or at the deadline, with the ids of
 * those who still work then.
 *
 * @param deadline in milliseconds of `performance.now()`
 * @param caller whose work asks for it, and so is not waited for
 */
export async function drained(
  modules: readonly Drained[],
  deadline: number,
  caller: Work | undefined,
): Promise<readonly string[]> {
  let quiet = 0;
  for (let looks = 0;; looks++) {
    const busy = modules.filter((module) => isBusy(module, caller));
    // Twice: a message may just be on its way from one module to another.
    quiet = busy.length === 0 ? quiet + 1 : 0;
    if (quiet === 2) return [];
    if (performance.now() >= deadline) return busy.map(({ id }) => id);
    await (looks < CLOSE_LOOKS ? turnOver() : pause(LOOK_EVERY));
  }
}

/** Waits for `promise` until the deadline; says whether it was in time. */
export async function inTime(
  promise: Promise<unknown>,
  deadline: number,
): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<false>((resolve) => {
    const left = Math.max(0, deadline - performance.now());
    timer = setTimeout(() => resolve(false), left);
  });
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

function isBusy({ id, context }: Drained, caller: Work | undefined): boolean {
  const own = caller?.id === id;
  const handling = context.handling - (own && caller.handler ? 1 : 0);
  // A task that waits for this very stop comes to no delivery any more.
  const working = own && !caller.handler ? 0 : context.working;
  return handling + working > 0;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
