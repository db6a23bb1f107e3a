import type { Case, Figures } from "../harness.ts";

const PROGRAM = new URL("dashboard_program.ts", import.meta.url).pathname;
const ROUNDS = 3;

/** Processor time of a message with a dashboard, compared with `[monitor]`. */
export const dashboard: readonly Case[] = [
  compared("dashboard-idle", "idle", 1 / 1.05, "no page is open"),
  compared("dashboard-tail", "tail", 1 / 1.18, "a page has a tail of #"),
];

/** The goal is a rate: messages per second of processor time. */
function compared(
  name: string,
  variant: string,
  least: number,
  remark: string,
): Case {
  return {
    name,
    unit: "/s",
    run: () => rounds(variant),
    ratio: ["on", "off"],
    goals: [{ of: "ratio", least }],
    runs: 1,
    remark: `50,000 messages/s, per second of processor time; ${remark}`,
  };
}

/** Runs both variants alternately, and returns the best round of each. */
async function rounds(variant: string): Promise<Figures> {
  const best = { on: 0, off: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    best.on = Math.max(best.on, await rate(variant));
    best.off = Math.max(best.off, await rate("off"));
  }
  return best;
}

async function rate(variant: string): Promise<number> {
  const { stdout, success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", PROGRAM, variant],
    stderr: "null",
  }).output();
  const text = new TextDecoder().decode(stdout);
  if (!success) throw new Error(`the measured program failed: ${text}`);
  return Number(text.trim().split("\n").at(-1));
}
