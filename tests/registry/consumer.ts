import { VERSION } from "../../process/platform/version.ts";
import type { Ran } from "../e2e/cli/caryatid.ts";
import { RunningProgram } from "../support/running_program.ts";
import type { Registries } from "./registries.ts";

/** Specifier of the published SDK. */
export const SDK = `jsr:@caryatid/sdk@^${VERSION}`;

/** Text of a `deno.json` that imports the SDK. */
export const IMPORTS: string = JSON.stringify({
  imports: { "@caryatid/sdk": SDK },
});

/** Specifier of the published command `caryatid`. */
export const CLI = "jsr:@caryatid/cli";

/** Downloads of a consumer. */
export interface Downloaded {
  /** Files of packages from JSR, for instance `@caryatid/sdk/mod.ts`. */
  readonly files: readonly string[];
  /** Names of packages from npm. */
  readonly packages: readonly string[];
  /**
   * Total size of the downloads over the wire; packages from npm are
   * compressed.
   */
  readonly bytes: number;
}

/**
 * A user with Deno who has not installed Caryatid yet: a separate folder and an
 * empty cache.
 */
export class Consumer implements AsyncDisposable {
  /** Working folder of the user; it contains a `deno.json`. */
  readonly folder: string;
  readonly #registries: Registries;
  readonly #since: { readonly jsr: number; readonly npm: number };

  private constructor(folder: string, registries: Registries) {
    this.folder = folder;
    this.#registries = registries;
    const { jsr, npm } = registries;
    this.#since = { jsr: jsr.downloads.length, npm: npm.downloads.length };
  }

  /** Creates a consumer with these files, given as text by name. */
  static async make(
    registries: Registries,
    files: Readonly<Record<string, string>> = {},
  ): Promise<Consumer> {
    const folder = await Deno.realPath(
      await Deno.makeTempDir({ prefix: "caryatid consumer " }),
    );
    const all = { "deno.json": "{}", ...files };
    for (const [name, text] of Object.entries(all)) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    return new Consumer(folder, registries);
  }

  /**
   * Starts Deno, or another program, in the folder of the consumer with `more`
   * added to its environment.
   */
  start(
    args: readonly string[],
    command?: string,
    more: Readonly<Record<string, string>> = {},
  ): RunningProgram {
    const env = {
      ...more,
      DENO_DIR: `${this.folder}/.deno`,
      DENO_INSTALL_ROOT: `${this.folder}/.installed`,
      JSR_URL: this.#registries.jsr.url,
      NPM_CONFIG_REGISTRY: this.#registries.npm.url,
    };
    const options = command === undefined ? {} : { command };
    return new RunningProgram(args, env, { ...options, cwd: this.folder });
  }

  /** Runs Deno, or another program, until it ends. */
  async run(
    args: readonly string[],
    command?: string,
    env: Readonly<Record<string, string>> = {},
  ): Promise<Ran> {
    await using program = this.start(args, command, env);
    const code = await program.exitCode(120_000);
    const stderr = (await program.stderr).split("\n")
      .filter((line) => !/^(Download|Initialize) /.test(line));
    return {
      code,
      stdout: program.lines.join("\n"),
      stderr: stderr.join("\n"),
    };
  }

  /** Starts the command `caryatid`, from the registry. */
  caryatid(...args: readonly string[]): RunningProgram {
    return this.start(["run", "-A", CLI, ...args]);
  }

  /** Runs the command `caryatid`, from the registry, until it ends. */
  runCaryatid(...args: readonly string[]): Promise<Ran> {
    return this.run(["run", "-A", CLI, ...args]);
  }

  /**
   * Downloads so far. They include those of other consumers in the meantime.
   */
  get downloaded(): Downloaded {
    const { jsr, npm } = this.#registries;
    const files = jsr.downloads.slice(this.#since.jsr);
    const packages = npm.downloads.slice(this.#since.npm);
    return {
      files: files.map(({ path }) => withoutVersion(path.slice(1))),
      packages: packages.map(({ path }) => path.replace(/\/-\/.*/, "")),
      bytes: [...files, ...packages].reduce((sum, { bytes }) => sum + bytes, 0),
    };
  }

  /** Removes the folder of the consumer. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

function withoutVersion(path: string): string {
  return path.replace(/^(@[^/]+\/[^/]+)\/[\d.]+\//, "$1/");
}
