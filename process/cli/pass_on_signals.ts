import { SAME_SIGNAL } from "../signals.ts";

/** Those by which an operator ends a program. */
export const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

const NUMBERS: Partial<Record<Deno.Signal, number>> = {
  SIGINT: 2,
  SIGTERM: 15,
};
/** Who goes on that long after the second signal can't hear: its code loops without end. In milliseconds. */
const LAST_CHANCE = 1_000;

/** Signals on their way to a child, until this is disposed of. */
export interface PassedSignals extends Disposable {
  /** The exit code of a child that has ended: one that had to be killed has that of the signal which it didn't hear. */
  exitCode(status: Deno.CommandStatus): number;
}

/**
 * Sends on what this process is sent: the child decides when to end, and is killed if it goes on after the second Ctrl-C or SIGTERM.
 * Where there is no child yet, nothing happens.
 */
export function passOnSignals(
  child: () => Deno.ChildProcess | undefined,
): PassedSignals {
  let first: number | undefined;
  let killing: ReturnType<typeof setTimeout> | undefined;
  let killedBy: number | undefined;
  const insist = (number: number) => {
    first ??= performance.now();
    if (performance.now() - first <= SAME_SIGNAL) return;
    killing ??= setTimeout(() => {
      killedBy = number;
      send(child(), "SIGKILL");
    }, LAST_CHANCE);
  };
  const handlers = SIGNALS.map((signal) => {
    const number = NUMBERS[signal];
    const handler = () => {
      send(child(), signal);
      if (number !== undefined) insist(number);
    };
    Deno.addSignalListener(signal, handler);
    return { signal, handler };
  });
  return {
    exitCode: ({ code }) => killedBy === undefined ? code : 128 + killedBy,
    [Symbol.dispose]() {
      clearTimeout(killing);
      for (const { signal, handler } of handlers) {
        Deno.removeSignalListener(signal, handler);
      }
    },
  };
}

function send(
  child: Deno.ChildProcess | undefined,
  signal: Deno.Signal,
): void {
  try {
    child?.kill(signal);
  } catch {
    // it has ended
  }
}
