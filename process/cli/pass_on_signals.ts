/** Those by which an operator ends a program. */
export const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Sends on what this process is sent, until it is disposed of: the child decides when to end. Where there is none yet, nothing
 * happens.
 */
export function passOnSignals(
  child: () => Deno.ChildProcess | undefined,
): Disposable {
  const handlers = SIGNALS.map((signal) => {
    const handler = () => {
      try {
        child()?.kill(signal);
      } catch {
        // it has ended
      }
    };
    Deno.addSignalListener(signal, handler);
    return { signal, handler };
  });
  return {
    [Symbol.dispose]() {
      for (const { signal, handler } of handlers) {
        Deno.removeSignalListener(signal, handler);
      }
    },
  };
}
