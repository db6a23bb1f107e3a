import type { Case, Figures } from "../harness.ts";
import type { Variant } from "./variants.ts";

const PROGRAM = new URL("publish_program.ts", import.meta.url).pathname;

/** The traces that begin at once, up to 1,000, are a small part of them. */
const MESSAGES = 1_000_000;
const ROUNDS = 5;

function compared(
  name: string,
  variant: Variant,
  least: number,
  remark: string,
): Case {
  return {
    name,
    unit: "/s",
    run: () => bestRounds(variant),
    ratio: ["on", "off"],
    goals: [{ of: "ratio", least }],
    runs: 3,
    remark,
  };
}

/** Publishing in memory with and without a part of observability. */
export const publish: readonly Case[] = [
  compared("metrics", { metrics: true }, 0.9, "with [monitor], and without"),
  compared(
    "tracing-1",
    { sample: 0.01 },
    0.85,
    "with [tracing] sample = 0.01 and 1,000 traces per second, and without",
  ),
  compared(
    "tracing-0",
    { sample: 0 },
    0.9,
    "with [tracing] sample = 0, and without",
  ),
];

/** Runs both variants alternately, and returns the best round of each. */
async function bestRounds(variant: Variant): Promise<Figures> {
  const best = { on: 0, off: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    best.on = Math.max(best.on, await rate(variant));
    best.off = Math.max(best.off, await rate({}));
  }
  return best;
}

async function rate(variant: Variant): Promise<number> {
  const { stdout, success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", PROGRAM, JSON.stringify(variant), String(MESSAGES)],
    stderr: "null",
  }).output();
  const text = new TextDecoder().decode(stdout);
  if (!success) throw new Error(`the measured program failed: ${text}`);
  return Number(text.trim().split("\n").at(-1));
}
