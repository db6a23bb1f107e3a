import { type InspectOptions, startInspector } from "./child.ts";

/**
 * An inspector that is started before it is known what to look into: its own start takes as long as reading the configuration does,
 * and 6 ms of it can be over by then. It does nothing until it is told its program.
 */
export class WaitingInspector implements AsyncDisposable {
  readonly #flags: string;
  #child: Deno.ChildProcess | undefined;

  /** Starts it. */
  constructor(options: InspectOptions) {
    this.#flags = String(options.flags);
    this.#child = startInspector(options);
  }

  /** Gives it away, once, to who wants one with the same flags. */
  take({ flags }: InspectOptions): Deno.ChildProcess | undefined {
    if (String(flags) !== this.#flags) return undefined;
    const child = this.#child;
    this.#child = undefined;
    return child;
  }

  /** Ends it if nobody took it. */
  async [Symbol.asyncDispose](): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    child.kill("SIGKILL");
    await Promise.all([
      child.stdin.abort(),
      child.stdout.cancel(),
      child.stderr.cancel(),
      child.status,
    ]);
  }
}
