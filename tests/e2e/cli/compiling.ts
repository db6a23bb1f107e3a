import assert from "node:assert/strict";
import { dirname } from "node:path";
import { caryatid } from "./caryatid.ts";
import { RunningProgram } from "../../support/running_program.ts";

/**
 * Names the file into which `deno compile` embeds. `deno` itself is always
 * available, and enough to see the embedded files, but the result does not run.
 */
export const NO_RUNTIME: Readonly<Record<string, string>> = {
  DENORT_BIN: Deno.execPath(),
};

/**
 * The program of a binary, run by Deno with the permissions that would be
 * embedded: a compile runtime may be unavailable.
 */
export class CompiledFile implements AsyncDisposable {
  readonly #folder: string;
  /** Arguments of Deno that run it. */
  readonly args: readonly string[];

  private constructor(folder: string, args: readonly string[]) {
    this.#folder = folder;
    this.args = args;
  }

  /**
   * Writes the program of `caryatid compile FILE…` to a file, or to the files
   * of a bundle.
   */
  static async write(args: readonly string[]): Promise<CompiledFile> {
    const { code, stdout, stderr } = await caryatid(
      ["compile", ...args, "--print"],
    );
    assert.equal(code, 0, stderr);
    const [commands, entry] = stdout.split("\n\n// main.js\n");
    const all = commands!.split("\n").map((line) =>
      [...line.matchAll(/'([^']*)'|(\S+)/g)]
        .map(([, quoted, plain]) => quoted ?? plain!)
    );
    const path = all[0]!.at(-1)!; // its imports are relative to this folder
    const folder = dirname(path);
    await Deno.mkdir(folder);
    await Deno.writeTextFile(path, entry!);
    for (const [deno, ...words] of all.slice(0, -1)) {
      await new Deno.Command(deno!, { args: words }).output();
    }
    const words = all.at(-1)!;
    const flags = words.filter((word) => /^--(allow|config|no-)/.test(word))
      .filter((flag) => flag !== "--no-check");
    return new CompiledFile(folder, ["run", ...flags, words.at(-1)!]);
  }

  /** Starts it with these arguments. */
  start(
    args: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
    options: { readonly input?: boolean } = {},
  ): RunningProgram {
    return new RunningProgram([...this.args, ...args], env, options);
  }

  /** Removes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/**
 * True if Deno can compile without a download: DENORT_BIN names a denort of
 * this version, or Deno's cache has it.
 */
export async function compileRuntime(): Promise<boolean> {
  const named = Deno.env.get("DENORT_BIN");
  if (named !== undefined) return /denort/.test(named);
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json"],
  }).output();
  const { denoDir } = JSON.parse(new TextDecoder().decode(stdout));
  const { deno, target } = { deno: Deno.version.deno, ...Deno.build };
  const zip = `${denoDir}/dl/release/v${deno}/denort-${target}.zip`;
  return await Deno.stat(zip).then(({ isFile }) => isFile, () => false);
}
