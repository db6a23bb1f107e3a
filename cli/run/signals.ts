import { SAME_SIGNAL } from "@caryatid/process/internal/platform";

/** Signals by which an operator ends a program. */
const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

const NUMBERS: Partial<Record<Deno.Signal, number>> = {
  SIGINT: 2,
  SIGTERM: 15,
};
/**
 * Time after the second signal until the child is killed, in milliseconds: code
 * that loops without end cannot handle signals.
 */
const LAST_CHANCE = 1_000;

/** Forwards signals to a child until it is disposed of. */
export interface ForwardedSignals extends Disposable {
  /**
   * Returns the exit code of a child that has ended: after a kill, that of the
   * signal that the child did not handle.
   */
  exitCode(status: Deno.CommandStatus): number;
}

/**
 * Forwards the signals of this process to a child. The child decides when to
 * end; it is killed if it keeps running after the second Ctrl-C or SIGTERM.
 * Without a child nothing happens.
 */
export function forwardSignals(
  child: () => Deno.ChildProcess | undefined,
): ForwardedSignals {
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
  const listener = listen((signal) => {
    const number = NUMBERS[signal];
    send(child(), signal);
    if (number !== undefined) insist(number);
  });
  return {
    exitCode: ({ code }) => killedBy === undefined ? code : 128 + killedBy,
    [Symbol.dispose]() {
      clearTimeout(killing);
      listener[Symbol.dispose]();
    },
  };
}

/**
 * Waits for a signal that ends the program. Signals have their default effect
 * again once it is disposed of.
 */
export class Interrupt implements Disposable {
  /** Resolves at the first signal. */
  readonly promise: Promise<void>;
  #fired = false;
  readonly #listener: Disposable;

  /** Listens from now on. */
  constructor() {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.promise = promise;
    this.#listener = listen(() => {
      this.#fired = true;
      resolve();
    });
  }

  /** True after the first signal. */
  get fired(): boolean {
    return this.#fired;
  }

  [Symbol.dispose](): void {
    this.#listener[Symbol.dispose]();
  }
}

function listen(handle: (signal: Deno.Signal) => void): Disposable {
  const listeners = SIGNALS.map((signal) => {
    const listener = () => handle(signal);
    Deno.addSignalListener(signal, listener);
    return { signal, listener };
  });
  return {
    [Symbol.dispose]() {
      for (const { signal, listener } of listeners) {
        Deno.removeSignalListener(signal, listener);
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
    // the child has ended
  }
}
