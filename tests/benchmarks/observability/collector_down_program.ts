/**
 * Measures tracing of every message while Deno exports the spans. Prints the
 * figures as JSON. Argument: `rate` or `memory`.
 *
 * @module
 */
import { publishRate } from "./variants.ts";

const ROUNDS = 8;
/** Traced messages of one part: 40,000 spans. */
const PART = 20_000;
const PARTS = 8;

async function rates(): Promise<Record<string, number>> {
  const best = { on: 0, off: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    best.on = Math.max(best.on, await publishRate({ sample: 1 }, 200_000));
    best.off = Math.max(best.off, await publishRate({}, 200_000));
  }
  return best;
}

async function memory(): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (let part = 1; part <= PARTS; part++) {
    await publishRate({ sample: 1, tracesPerSecond: 1e6 }, PART);
    (globalThis as { gc?: () => void }).gc?.();
    found[`after${part}`] = Deno.memoryUsage().rss;
  }
  return found;
}

const figures = Deno.args[0] === "memory" ? await memory() : await rates();
// deno-lint-ignore no-console -- it is the program's output
console.log(JSON.stringify(figures));
