import { safeEnvironment } from "../inspection/child.ts";
import { passOnSignals } from "../pass_on_signals.ts";
import type { SwapOrder } from "./swap_order.ts";

const TEXT = new TextEncoder();

/** The process that is watched: it is told by its standard input which modules have changed. */
export class WatchedChild {
  /** Its exit code, once it has ended. */
  readonly ended: Promise<number>;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  #running = true;

  /** Starts Deno with these arguments; signals are passed on as long as it runs. */
  constructor(args: readonly string[]) {
    const child = new Deno.Command(Deno.execPath(), {
      args: [...args],
      env: safeEnvironment(),
      clearEnv: true,
      stdin: "piped",
      stdout: "inherit",
      stderr: "inherit",
    }).spawn();
    this.#input = child.stdin.getWriter();
    const signals = passOnSignals(() => child);
    this.ended = child.status.then(async (status) => {
      this.#running = false;
      signals[Symbol.dispose]();
      await this.#input.abort().catch(() => {}); // nobody reads it any more
      return signals.exitCode(status);
    });
  }

  /** Whether it has not ended yet. */
  get running(): boolean {
    return this.#running;
  }

  /** Has it swap modules. */
  async order(order: SwapOrder): Promise<void> {
    const line = `${JSON.stringify(order)}\n`;
    await this.#input.write(TEXT.encode(line)).catch(() => {}); // it has ended; `ended` tells
  }

  /** Has it stop in good order; gives its exit code. */
  async stop(): Promise<number> {
    await this.#input.close().catch(() => {}); // it has ended
    return await this.ended;
  }
}
