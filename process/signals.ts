/** Signals that stop a process; Windows knows only the first. */
const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT"]
  : ["SIGINT", "SIGTERM"];

const NUMBERS: Partial<Record<Deno.Signal, number>> = {
  SIGINT: 2,
  SIGTERM: 15,
};

/** `deno task` passes on a Ctrl-C that the terminal has sent already: what comes that soon is the same one. In milliseconds. */
const SAME_SIGNAL = 300;

/**
 * Calls `stop` at the first signal. A second one ends the program at once, with 128 + its number, after `end`.
 *
 * Gives a function that takes all this back.
 */
export function onStopSignal(
  stop: (signal: Deno.Signal) => void,
  end: () => void = () => {},
): () => void {
  let stoppedAt: number | undefined;
  const handlers = SIGNALS.map((signal) => {
    const handler = () => {
      const now = performance.now();
      if (stoppedAt === undefined) {
        stoppedAt = now;
        stop(signal);
      } else if (now - stoppedAt > SAME_SIGNAL) {
        end();
        Deno.exit(128 + NUMBERS[signal]!);
      }
    };
    Deno.addSignalListener(signal, handler);
    return { signal, handler };
  });
  return () => {
    for (const { signal, handler } of handlers) {
      Deno.removeSignalListener(signal, handler);
    }
  };
}

/** Calls `fail` for errors that nobody catches. Gives a function that takes this back. */
export function onUncaught(fail: (error: unknown) => void): () => void {
  const rejected = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    fail(event.reason);
  };
  const thrown = (event: ErrorEvent) => {
    event.preventDefault();
    fail(event.error);
  };
  globalThis.addEventListener("unhandledrejection", rejected);
  globalThis.addEventListener("error", thrown);
  return () => {
    globalThis.removeEventListener("unhandledrejection", rejected);
    globalThis.removeEventListener("error", thrown);
  };
}
