/**
 * A shell that cleans up after the test process, however that ends: killed with
 * -9, by `Deno.exit()` or normally.
 *
 * Its standard input closes with the test process. The shell runs in a separate
 * session, so that Ctrl-C in a terminal does not reach it first.
 */
export class Watchdog implements AsyncDisposable {
  readonly #shell: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #guarded = new Set<number>();

  /** Starts the shell, which removes `folder` at the end. */
  constructor(folder: string) {
    this.#shell = new Deno.Command("sh", {
      args: ["-c", SCRIPT, folder],
      stdin: "piped",
      stdout: "null",
      stderr: "null",
      detached: true,
    }).spawn();
    this.#input = this.#shell.stdin.getWriter();
  }

  /**
   * Registers the process `pid` to be killed at the end unless it is released
   * first.
   */
  guard(pid: number): Promise<void> {
    this.#guarded.add(pid);
    return this.#notify();
  }

  /**
   * Releases the process `pid`, which has ended: the system may reuse its id.
   */
  release(pid: number): Promise<void> {
    this.#guarded.delete(pid);
    return this.#notify();
  }

  /**
   * Kills the guarded processes and removes the folder at once; calling it
   * twice is harmless.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close().catch(() => {}); // closed already
    await this.#shell.status;
  }

  /** Writes all guarded ids; the shell uses the last line. */
  #notify(): Promise<void> {
    const line = `${[...this.#guarded].join(" ")}\n`;
    return this.#input.write(new TextEncoder().encode(line));
  }
}

// A killed process may still write for a moment, hence the second try.
const SCRIPT = `
  while read -r line; do pids=$line; done
  [ -z "$pids" ] || kill -9 $pids
  rm -rf -- "$0" || { sleep 1; rm -rf -- "$0"; }
`;
