import assert from "node:assert/strict";
import { inherited, ROOT, RunningProgram } from "../support/running_program.ts";
import { type CompileRuntime, compileRuntime } from "./compile_runtime.ts";

/** Set by `deno task test:compile`; without it the tests are ignored. */
const isWanted = Deno.env.get("CARYATID_REQUIRE_COMPILE") === "1";

/** Makes and starts binaries in a temporary folder. */
export class BinaryMaker implements AsyncDisposable {
  readonly folder: string;
  readonly runtime: CompileRuntime;

  private constructor(folder: string, runtime: CompileRuntime) {
    this.folder = folder;
    this.runtime = runtime;
  }

  /** Creates the folder with these files. */
  static async create(
    files: Readonly<Record<string, string>>,
  ): Promise<BinaryMaker> {
    const runtime = await compileRuntime();
    const folder = await Deno.makeTempDir({ prefix: "caryatid_binary_" });
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    return new BinaryMaker(folder, runtime);
  }

  /**
   * Runs `caryatid compile` of a file, and returns the path of the binary. The
   * file is one of the folder or has an absolute path.
   */
  async compile(file: string, ...flags: string[]): Promise<string> {
    const { deno, denort } = this.runtime;
    const output = `${this.folder}/binary`;
    const path = file.startsWith("/") ? file : `${this.folder}/${file}`;
    const { code, stderr } = await new Deno.Command(deno, {
      args: [
        ...["run", "-A", "--no-lock", `--config=${ROOT}deno.json`],
        ...[`${ROOT}cli/mod.ts`, "compile", path, "--output", output],
        ...flags,
      ],
      // The certificates of the system, for a company's proxy.
      clearEnv: true,
      env: {
        ...inherited(),
        DENORT_BIN: denort,
        DENO_TLS_CA_STORE: "system",
        NO_COLOR: "1",
      },
      stdin: "null",
    }).output();
    const said = new TextDecoder().decode(stderr);
    assert.equal(code, 0, said);
    assert.doesNotMatch(said, /does not start here/);
    return output;
  }

  /** Starts a binary in its folder, outside of this repository. */
  start(
    binary: string,
    args: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): RunningProgram {
    return new RunningProgram(args, env, {
      command: binary,
      cwd: this.folder,
    });
  }

  /** Removes the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** Registers a test of a binary, with its files. */
export function binaryTest(
  name: string,
  files: Readonly<Record<string, string>>,
  fn: (maker: BinaryMaker) => Promise<void>,
): void {
  if (!isWanted) {
    const reason = "skipped: deno task test:compile runs it";
    Deno.test.ignore(`${name} (${reason})`, () => {});
    return;
  }
  Deno.test(name, async () => {
    await using maker = await BinaryMaker.create(files);
    await fn(maker);
  });
}
