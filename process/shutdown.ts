import { CaryatidError } from "@caryatid/sdk";
import type { ModuleContext } from "@caryatid/sdk/host";
import type { Boot } from "./boot.ts";
import { discard } from "./discard.ts";
import { CLOSE_TIME, drained, inTime } from "./drain.ts";
import type { LifecycleParts } from "./lifecycle.ts";
import type { Work } from "./work.ts";

/** What a {@linkcode Shutdown} is made of. */
export interface ShutdownOptions {
  readonly parts: LifecycleParts;
  /** What was started. */
  readonly boot: Boot;
  /** That of the program around the modules. */
  readonly context: ModuleContext;
  /** Resolves when no swap is going on. */
  readonly swapped: () => Promise<void>;
  /** Whose work asks for it, and so isn't waited for. */
  readonly caller: Work | undefined;
}

/** The order in which a process stops. Whatever fails on the way, the rest is released. */
export class Shutdown {
  readonly #options: ShutdownOptions;
  /** What couldn't be closed. */
  readonly #failures: unknown[] = [];

  /** Nothing is stopped yet. */
  constructor(options: ShutdownOptions) {
    this.#options = options;
  }

  /** Rejects with `DRAIN_TIMEOUT`, or with what failed first; all is released then, too. */
  async run(): Promise<void> {
    const { parts, boot, context, swapped, caller } = this.#options;
    const { bus, config, logging } = parts;
    const deadline = performance.now() + config.stopDeadline;
    // What waits in the queues meanwhile needs somebody to read it.
    await inTime(swapped(), deadline);
    const all = [...boot.runners, { id: "process", context }];
    for (const { context } of all) context.stop();
    for (const runner of boot.runners) runner.stop();
    let late = await drained(all, deadline, caller);
    // Of who is late the monitor tells what for; else what is done while all is closed counts, too.
    if (late.length > 0) await this.#endMonitor(deadline);
    const closed = await inTime(this.#close(), deadline);
    if (!closed && late.length === 0) {
      late = all.filter(({ context }) => context.running > 0)
        .map(({ id }) => id);
    }
    await this.#endMonitor(deadline);
    await inTime(this.#cleanUp(), goodbye(deadline));
    await inTime(this.#discardAll(), goodbye(deadline));
    await inTime(this.#told(bus.close()), goodbye(deadline));
    await logging.load();
    if (late.length > 0) throw drainTimeoutError(late, config.stopDeadline);
    if (this.#failures.length > 0) throw this.#failures[0];
  }

  /** A disk may hang. */
  async #endMonitor(deadline: number): Promise<void> {
    const { monitor } = this.#options.parts;
    if (monitor) await inTime(monitor.stop(), goodbye(deadline));
  }

  /** In reverse order; a task that waits for this very stop isn't waited for. */
  async #close(): Promise<void> {
    const { boot, context, caller } = this.#options;
    await this.#told(context.close());
    for (const runner of boot.runners.toReversed()) {
      await this.#told(runner.close());
      const ended = runner.ended();
      if (runner.id !== caller?.id) await ended;
    }
  }

  /** Of those who are late, too. */
  async #cleanUp(): Promise<void> {
    const { boot, context, caller } = this.#options;
    const others = boot.runners.filter(({ id }) => id !== caller?.id);
    for (const { context } of others.toReversed()) await context.cleanUp();
    await context.cleanUp();
  }

  async #discardAll(): Promise<void> {
    const { modules } = this.#options.boot;
    await Promise.all(
      modules.map(({ module }) => this.#told(discard(module))),
    );
  }

  /** Never rejects. */
  async #told(closing: Promise<void>): Promise<void> {
    try {
      await closing;
    } catch (error) {
      this.#failures.push(error);
    }
  }
}

/** When the last is to be over, with the deadline passed or not. */
function goodbye(deadline: number): number {
  return Math.max(deadline, performance.now() + CLOSE_TIME);
}

function drainTimeoutError(
  late: readonly string[],
  deadline: number,
): CaryatidError {
  return new CaryatidError(
    "DRAIN_TIMEOUT",
    `Cannot stop cleanly: after ${deadline / 1000} s still at work: ` +
      late.join(", "),
    {
      hint: "a loop should end when context.signal fires; " +
        "[lifecycle] stop-deadline gives more time",
    },
  );
}
