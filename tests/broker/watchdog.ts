/**
 * A shell that cleans up after the test process, however that ends: killed with -9, by `Deno.exit()` or as it should.
 *
 * It notices by its standard input, which closes with the test process. It runs in a session of its own, so that Ctrl-C in a
 * terminal doesn't reach it first.
 */
export class Watchdog implements AsyncDisposable {
  readonly #shell: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #guarded = new Set<number>();

  /** Removes `folder` at the end. */
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

  /** Kills the process `pid` at the end, unless it is released first. */
  guard(pid: number): Promise<void> {
    this.#guarded.add(pid);
    return this.#tell();
  }

  /** Says that the process `pid` has ended: its number may be another's from now on. */
  release(pid: number): Promise<void> {
    this.#guarded.delete(pid);
    return this.#tell();
  }

  /** Kills what is guarded and removes the folder, at once; harmless twice. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close().catch(() => {}); // closed already
    await this.#shell.status;
  }

  /** The last line counts: all that is to be killed. */
  #tell(): Promise<void> {
    const line = `${[...this.#guarded].join(" ")}\n`;
    return this.#input.write(new TextEncoder().encode(line));
  }
}

// A process that is killed may still be writing for a moment, hence the second try.
const SCRIPT = `
  while read -r line; do pids=$line; done
  [ -z "$pids" ] || kill -9 $pids
  rm -rf -- "$0" || { sleep 1; rm -rf -- "$0"; }
`;
