import { ProcessViews } from "@caryatid/process/internal/snapshots";
import { type TargetOptions, withTarget } from "../broker/target.ts";
import { delay } from "../run/delay.ts";
import { Interrupt } from "../run/signals.ts";
import { harmless, type Terminal } from "../terminal/terminal.ts";
import { topLines } from "./top_text.ts";

/** Interval of the screen, in milliseconds. */
const INTERVAL = 1_000;
/** Time that `--once` waits for all processes, in milliseconds. */
const ONCE = 1_500;
/** Time without a snapshot after which the command reports it. */
const PATIENCE = 6_000;

/** Options of {@linkcode top}. */
export interface TopOptions extends TargetOptions {
  /** Topic of the snapshots. */
  readonly topic: string;
  /** Prints one screen and ends. */
  readonly once?: boolean | undefined;
}

/**
 * `caryatid top`: shows all processes that publish snapshots, until Ctrl-C. On
 * a terminal it draws one screen again and again, else it prints each one.
 */
export async function top(
  terminal: Terminal,
  { topic, once = false, ...options }: TopOptions,
): Promise<number> {
  return await withTarget(terminal, options, async (target) => {
    const stopping = new AbortController();
    const snapshots = await target.spy(topic, stopping.signal);
    using interrupt = new Interrupt();
    interrupt.promise.then(() => stopping.abort());
    const views = new ProcessViews();
    const taking = take(snapshots, views, () => stopping.abort());
    const draw = screenOf(terminal);
    const began = performance.now();
    let isLate = false;
    let found = false;
    while (!stopping.signal.aborted && !terminal.closed) {
      await delay(once ? ONCE : INTERVAL, stopping.signal);
      const processes = views.processes();
      found ||= processes.length > 0;
      if (found) draw(processes);
      const isOver = performance.now() - began > PATIENCE;
      if (!found && isOver && !isLate) {
        isLate = true;
        terminal.printError(noSnapshots(topic));
      }
      if (once && (found || isLate)) break;
    }
    stopping.abort();
    await taking;
    return found || !once ? 0 : 1;
  });
}

async function take(
  snapshots: AsyncIterable<{ readonly message: unknown }>,
  views: ProcessViews,
  onEnd: () => void,
): Promise<void> {
  for await (const { message } of snapshots) {
    views.take(message);
    views.processes(); // two views of a process give its rates
  }
  onEnd(); // the process has stopped
}

type Draw = (processes: ReturnType<ProcessViews["processes"]>) => void;

function screenOf(terminal: Terminal): Draw {
  const isScreen = Deno.stdout.isTerminal();
  return (processes) => {
    const size = isScreen ? Deno.consoleSize() : { columns: 200, rows: 200 };
    const lines = topLines(processes, {
      ...size,
      colors: isScreen && !Deno.noColor,
    });
    // Clears the screen and what it scrolled, in one write without flicker.
    const start = isScreen ? "\x1b[H\x1b[2J" : "";
    terminal.print(start + lines.join("\n"));
  };
}

function noSnapshots(topic: string): string {
  return `no snapshot arrives on ${
    harmless(topic)
  }: a process publishes them ` +
    "with [monitor] topic, or with a [module.dashboard]";
}
