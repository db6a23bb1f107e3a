import { type ChildOutput, passOutput } from "../deno/child_output.ts";
import { denoCommand } from "../deno/deno_command.ts";
import { forwardSignals } from "../run/signals.ts";
import type { SwapOrder } from "./new_sources.ts";

const TEXT = new TextEncoder();

/** Process that swaps its modules when standard input orders it. */
export class WatchedChild {
  /** Resolves with the exit code once the process has ended. */
  readonly ended: Promise<number>;
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  #running = true;

  /**
   * Starts Deno with these arguments. Without `output` it writes to the output
   * of this program, and signals are forwarded to it while it runs.
   */
  constructor(args: readonly string[], output?: ChildOutput) {
    const stream = output === undefined ? "inherit" : "piped";
    const child = this.#child = denoCommand(args, {
      stdin: "piped",
      stdout: stream,
      stderr: stream,
      // A terminal sends Ctrl-C to its whole process group: in a separate
      // group the child is stopped when its turn has come.
      detached: output !== undefined,
    }).spawn();
    this.#input = child.stdin.getWriter();
    const signals = output ? undefined : forwardSignals(() => child);
    const ended = output ? passOutput(child, output) : child.status;
    this.ended = ended.then(async (status) => {
      this.#running = false;
      signals?.[Symbol.dispose]();
      await this.#input.abort().catch(() => {}); // the other end is closed
      return signals?.exitCode(status) ?? status.code;
    });
  }

  /** True until the process has ended. */
  get running(): boolean {
    return this.#running;
  }

  /** Orders the process to swap modules. */
  async order(order: SwapOrder): Promise<void> {
    const line = `${JSON.stringify(order)}\n`;
    // `ended` reports the end
    await this.#input.write(TEXT.encode(line)).catch(() => {});
  }

  /** Stops the process gracefully. Returns its exit code. */
  async stop(): Promise<number> {
    await this.#input.close().catch(() => {}); // the process has ended
    return await this.ended;
  }

  /** Kills the process. */
  kill(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // the process has ended
    }
  }
}
