import { freePorts } from "../../broker/free_port.ts";
import { Program } from "./program.ts";

const PORTS = {
  "4340": "CARYATID_MODULE__REST_SERVER__PORT",
  "4341": "CARYATID_MODULE__REST_SERVER_2__PORT",
};

/** Runs the example `rest` on free ports. */
export class RestProgram implements AsyncDisposable {
  readonly program: Program;
  /** Ports by those of the README. */
  readonly #ports: ReadonlyMap<string, string>;

  private constructor(program: Program, ports: ReadonlyMap<string, string>) {
    this.program = program;
    this.#ports = ports;
  }

  /** Resolves when both of its servers listen. */
  static async start(): Promise<RestProgram> {
    const known = Object.keys(PORTS);
    const ports = freePorts(known.length).map((port, i) =>
      [known[i]!, `${port}`] as const
    );
    const names = Object.values(PORTS);
    const env = Object.fromEntries(
      ports.map(([, port], i) => [names[i], port]),
    );
    const program = Program.run("examples/rest/main.ts", [
      "--allow-net",
      `--allow-env=${names.join(",")}`,
    ], env);
    const started = new RestProgram(program, new Map(ports));
    await program.until(Array(2).fill("REST server listening on "));
    return started;
  }

  /** Address of the first server in the README. */
  get url(): string {
    return `http://127.0.0.1:${this.#ports.get("4340")}`;
  }

  /** Returns a text of the README with the ports of this program. */
  here(text: string): string {
    return text.replaceAll(/\b434[01]\b/g, (port) => this.#ports.get(port)!);
  }

  /** Output of the program with the ports of the README. */
  get lines(): string[] {
    const back = new Map([...this.#ports].map(([known, own]) => [own, known]));
    return this.program.lines.map((line) =>
      line.replace(/\d+$/, (port) => back.get(port) ?? port)
    );
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.program[Symbol.asyncDispose]();
  }
}
