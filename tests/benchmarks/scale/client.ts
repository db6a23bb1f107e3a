/** Work of a client: see client_program.ts. */
export type Role = "publisher" | "subscriber" | "member";

/** Options of a client. */
export interface ClientOptions {
  /** Address of the broker. */
  readonly url: string;
  readonly exchange: string;
  readonly topic: string;
  /** Messages of each round. */
  readonly count?: number;
  /** Group of a member. */
  readonly group?: string;
  /** Time of a member for each message, in ms. */
  readonly wait?: number;
}

const PROGRAM = new URL("client_program.ts", import.meta.url);

/** A bus over RabbitMQ in a separate process, controlled line by line. */
export class Client implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #read: Promise<void>;
  /** Lines that no `line` call has taken, and calls that wait. */
  readonly #lines: string[] = [];
  #changed = Promise.withResolvers<void>();
  #ended = false;
  #listener: ((line: string) => void) | undefined;

  /** Starts the program; it prints `ready` when it is connected. */
  constructor(role: Role, options: ClientOptions) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", "--no-check", PROGRAM.pathname],
        ...[role, JSON.stringify(options)],
      ],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#read = this.#readLines();
  }

  /** Calls `listener` for each line from now on. */
  onLine(listener: (line: string) => void): void {
    this.#listener = listener;
  }

  /** Resolves with its next line. Rejects if the program ends before. */
  async line(): Promise<string> {
    while (this.#lines.length === 0) {
      if (this.#ended) throw new Error("a client of the benchmark has ended");
      await this.#changed.promise;
    }
    return this.#lines.shift()!;
  }

  /** Starts a round. */
  async begin(): Promise<void> {
    await this.#input.write(new TextEncoder().encode("go\n"));
  }

  /** Processor time of the client so far, in microseconds. */
  cpuTime(): number {
    return cpuTimeOf(this.#child.pid);
  }

  /** Ends the program. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close().catch(() => {}); // the program has ended
    await this.#read;
    await this.#child.status;
  }

  async #readLines(): Promise<void> {
    let rest = "";
    const text = this.#child.stdout.pipeThrough(new TextDecoderStream());
    for await (const part of text) {
      const lines = (rest + part).split("\n");
      rest = lines.pop()!;
      for (const line of lines) {
        if (this.#listener) this.#listener(line);
        else this.#lines.push(line);
      }
      this.#notify();
    }
    this.#ended = true;
    this.#notify();
  }

  #notify(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

/** Processor time of a process on Linux so far, in microseconds. */
export function cpuTimeOf(pid: number): number {
  if (Deno.build.os !== "linux") throw new Error("only Linux has /proc");
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  // The name of the program, in brackets, may have spaces.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}
