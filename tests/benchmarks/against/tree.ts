import { fileURLToPath, pathToFileURL } from "node:url";
import type { ListedCase, Measured } from "./measure_case.ts";
import { CannotCompare } from "./worktree.ts";

const MEASURE_CASE = fileURLToPath(new URL("measure_case.ts", import.meta.url));

/** Files of one commit, whose benchmarks run with their own `deno.json`. */
export class Tree {
  readonly #folder: string;
  readonly #signal: AbortSignal;

  /** `signal` ends the running measurement. */
  constructor(folder: string, signal: AbortSignal) {
    this.#folder = folder.replace(/[\\/]$/, "");
    this.#signal = signal;
  }

  /** Returns the cases of a suite; an empty list for an unknown suite. */
  async listCases(suite: string): Promise<readonly ListedCase[]> {
    try {
      await Deno.stat(this.#suiteFile(suite));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    }
    try {
      return await this.#run(suite) as readonly ListedCase[];
    } catch (error) {
      this.#signal.throwIfAborted();
      throw new CannotCompare(
        `Cannot compare the suite "${suite}": its file cannot be loaded\n` +
          (error as Error).message,
        { cause: error },
      );
    }
  }

  /** Measures one case once, in a separate process. */
  async measure(fullName: string): Promise<Measured> {
    const [suite, name] = fullName.split("/") as [string, string];
    return await this.#run(suite, name) as Measured;
  }

  #suiteFile(suite: string): string {
    return `${this.#folder}/tests/benchmarks/${suite}/suite.ts`;
  }

  async #run(suite: string, ...args: string[]): Promise<unknown> {
    this.#signal.throwIfAborted();
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", "--no-check", "--v8-flags=--expose-gc"],
        ...["--config", `${this.#folder}/deno.json`, MEASURE_CASE],
        ...[pathToFileURL(this.#suiteFile(suite)).href, ...args],
      ],
      cwd: this.#folder,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      signal: this.#signal,
    }).spawn();
    const { success, stdout, stderr } = await child.output();
    this.#signal.throwIfAborted();
    if (!success) throw new Error(new TextDecoder().decode(stderr).trim());
    const lines = new TextDecoder().decode(stdout).trim().split("\n");
    return JSON.parse(lines.at(-1)!);
  }
}
