import { PEER } from "../../examples/haskell/build.ts";
import { RunningProgram } from "../support/running_program.ts";

/** Maximum time to end after a signal, in milliseconds. */
const GRACE = 5_000;

/** A broker, and an exchange on it. */
export interface Meeting {
  readonly url: string;
  readonly exchange: string;
}

/** Variables that name the broker to both programs. */
export function variables(broker: Meeting): Record<string, string> {
  return {
    CARYATID_MESSAGE_BUS__EXTERNAL__URL: broker.url,
    CARYATID_MESSAGE_BUS__EXTERNAL__EXCHANGE: broker.exchange,
  };
}

/** The Haskell program at work. */
export class HaskellPeer implements AsyncDisposable {
  readonly program: RunningProgram;

  /** Starts it on the exchange of `broker`. */
  constructor(broker: Meeting) {
    // A locale in which nothing but ASCII can be written.
    const env = { ...variables(broker), LC_ALL: "C" };
    this.program = new RunningProgram([], env, { command: PEER });
  }

  /** Starts it; resolves when it listens. */
  static async listening(broker: Meeting): Promise<HaskellPeer> {
    const peer = new HaskellPeer(broker);
    await peer.program.line(/^Listening to sample\.test on /);
    return peer;
  }

  /** Messages that it has printed, in Haskell's format. */
  get received(): string[] {
    return this.program.lines.filter((line) => line.startsWith("Received: "))
      .map((line) => line.replace("Received: ", ""));
  }

  /** Presses Ctrl-C. Resolves with the exit code and the error output. */
  async stop(): Promise<{ code: number; complaints: string[] }> {
    this.program.kill("SIGINT");
    return await this.ended();
  }

  /** Resolves with exit code and error output when it ends by itself. */
  async ended(): Promise<{ code: number; complaints: string[] }> {
    const code = await this.program.exitCode(GRACE);
    const lines = (await this.program.stderr).split("\n");
    return { code, complaints: lines.filter((line) => line !== "") };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.program[Symbol.asyncDispose]();
  }
}
