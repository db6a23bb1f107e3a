import { RunningProgram } from "../../support/running_program.ts";
import { PEER, peerUnavailable } from "../../interop/peer_binary.ts";
import { Skip } from "../harness.ts";
import { RawClient } from "../rabbitmq/raw_client.ts";

/** Which language a process is in. */
export type Language = "ours" | "rust";

/** How long 20,000 requests of Rust's may take on a busy machine. */
const PATIENCE = 180_000;
const OUR_PROCESS = new URL("./our_process.ts", import.meta.url).pathname;

/** Throws a `Skip` where there is no Rust process. */
export function needRust(): void {
  const reason = peerUnavailable();
  if (reason !== undefined) throw new Skip(reason);
}

/** A process of either language at work on a TOML file; both know the same modules. */
export class Peer implements AsyncDisposable {
  readonly #program: RunningProgram;
  readonly #folder: string;
  /** What it took to start. */
  readonly #startTime: number;

  private constructor(
    program: RunningProgram,
    folder: string,
    startTime: number,
  ) {
    this.#program = program;
    this.#folder = folder;
    this.#startTime = startTime;
  }

  /** Starts one; resolves when its modules have been initialised. On a broker Rust's tells which queues it declares. */
  static async start(language: Language, toml: string): Promise<Peer> {
    const folder = await Deno.makeTempDir();
    const file = `${folder}/peer.toml`;
    await Deno.writeTextFile(file, toml);
    const quiet = toml.includes('"rabbit-mq"') ? [] : ["quiet"];
    const program = language === "rust"
      ? new RunningProgram([file, ...quiet], {}, {
        command: PEER,
        input: true,
      })
      : new RunningProgram(["run", "-A", OUR_PROCESS, file], {}, {
        input: true,
      });
    await program.line(/^{"ready":true}$/);
    const startTime = Deno.build.os === "linux" ? cpuTime(program) : 0;
    return new Peer(program, folder, startTime);
  }

  /** How many there were in a second, once it tells. */
  async rate(): Promise<number> {
    const line = await this.#program.line(/"seconds"|"failed"/, 1, PATIENCE);
    const { count, seconds, error } = JSON.parse(line);
    if (error) throw new Error(error);
    return count / seconds;
  }

  /** Time of all cores that it has taken since it was ready, in microseconds. */
  cpuTime(): number {
    return cpuTime(this.#program) - this.#startTime;
  }

  /** Ends it, and deletes the queues that Rust leaves behind. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program.endInput();
    await this.#program.exitCode(10_000);
    const queues = this.#program.lines.flatMap((line) =>
      line.startsWith('{"subscribed"') ? [JSON.parse(line).subscribed] : []
    );
    await this.#program[Symbol.asyncDispose]();
    await Deno.remove(this.#folder, { recursive: true });
    if (queues.length > 0) await deleteQueues(queues);
  }
}

/** In steps of 10 ms. Throws a `Skip` where the system doesn't tell. */
function cpuTime({ pid }: RunningProgram): number {
  if (Deno.build.os !== "linux") {
    throw new Skip("only Linux tells what a process takes");
  }
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  // The name of the program, in brackets, may have spaces.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

async function deleteQueues(queues: readonly string[]): Promise<void> {
  await using client = await RawClient.open();
  await Promise.all(
    queues.map((queue) => client.consuming.deleteQueue(queue)),
  );
}
