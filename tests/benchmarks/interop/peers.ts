import { RunningProgram } from "../../support/running_program.ts";
import { PEER, peerUnavailable } from "../../interop/peer_binary.ts";
import { Skip } from "../harness.ts";
import { RawClient } from "../rabbitmq/raw_client.ts";

/** Language of a process. */
export type Language = "ours" | "rust";

/** Maximum time of 20,000 requests of Rust on a busy machine, in ms. */
const PATIENCE = 180_000;
const OUR_PROCESS = new URL("./our_process.ts", import.meta.url).pathname;

/** Throws a `Skip` without a Rust process. */
export function needRust(): void {
  const reason = peerUnavailable();
  if (reason !== undefined) throw new Skip(reason);
}

/**
 * Running process of either language with a TOML file. Both have the same
 * modules.
 */
export class Peer implements AsyncDisposable {
  readonly #program: RunningProgram;
  readonly #folder: string;
  /** Resources that the start took. */
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

  /**
   * Starts a peer. Resolves when its modules are initialized. On a broker, the
   * peer in Rust reports the queues that it declares.
   */
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

  /** Rate per second, once the process reports it. */
  async rate(): Promise<number> {
    const line = await this.#program.line(/"seconds"|"failed"/, 1, PATIENCE);
    const { count, seconds, error } = JSON.parse(line);
    if (error) throw new Error(error);
    return count / seconds;
  }

  /**
   * Processor time since it was ready, in microseconds.
   */
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

/**
 * Processor time of a process in steps of 10 ms. Throws a `Skip` if the system
 * does not report it.
 */
function cpuTime({ pid }: RunningProgram): number {
  if (Deno.build.os !== "linux") {
    throw new Skip("only Linux reports the time of a process");
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
