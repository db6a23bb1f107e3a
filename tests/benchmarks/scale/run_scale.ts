import { commit, conditions, load, machine } from "../conditions.ts";
import { fillPage } from "../figures/fill_page.ts";
import { measureCosts } from "./costs.ts";
import { measureCurve, type MeasuredCurve } from "./curve.ts";
import { group } from "./curves/group.ts";
import { guests } from "./curves/guests.ts";
import { messageSize } from "./curves/message_size.ts";
import { modules } from "./curves/modules.ts";
import { subscriptions } from "./curves/subscriptions.ts";
import { topics } from "./curves/topics.ts";
import { pageParts } from "./page.ts";
import { EVIDENCE, SCALE_RESULTS, type ScaleResults } from "./scale_results.ts";
import { drawCurve } from "./svg.ts";

/**
 * All curves. The curve of memory is first, because others leave garbage
 * behind.
 */
const CURVES = [guests, subscriptions, topics, modules, messageSize, group];

/** Options of {@linkcode runScale}. */
export interface ScaleOptions {
  /** True to write the curves and docs/evidence/scale.md. */
  readonly save: boolean;
  /** Prints a line. */
  readonly write: (line: string) => void;
}

/**
 * Measures the curves of scale and the costs of a message over RabbitMQ. Needs
 * RabbitMQ and about 10 minutes.
 */
export async function runScale({ save, write }: ScaleOptions): Promise<void> {
  write(await conditions());
  const curves: MeasuredCurve[] = [];
  for (const curve of CURVES) curves.push(await measureCurve(curve, write));
  const costs = await measureCosts();
  write(`costs in µs: ${JSON.stringify(costs)}`);
  write(load());
  if (!save) return;
  const results: ScaleResults = {
    machine: await machine(),
    conditions: {
      commit: await commit(),
      date: new Date().toISOString(),
      load: Deno.loadavg()[0]!,
    },
    curves,
    costs,
  };
  const text = JSON.stringify(
    results,
    (_, value) =>
      typeof value === "number" ? Number(value.toPrecision(4)) : value,
    2,
  );
  await Deno.writeTextFile(SCALE_RESULTS, `${text}\n`);
  await writeScalePage(JSON.parse(text));
}

/** Writes the curves and the page from results. */
export async function writeScalePage(results: ScaleResults): Promise<void> {
  for (const curve of results.curves) {
    const file = new URL(`scale-${curve.name}.svg`, EVIDENCE);
    await Deno.writeTextFile(file, drawCurve(curve));
  }
  const page = new URL("scale.md", EVIDENCE);
  const text = await Deno.readTextFile(page);
  await Deno.writeTextFile(page, fillPage(text, pageParts(results)));
  await new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--quiet", page.pathname, SCALE_RESULTS.pathname],
  }).output();
}
