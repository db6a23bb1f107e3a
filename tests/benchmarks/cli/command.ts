import { fileURLToPath } from "node:url";

const ROOT = new URL("../../../", import.meta.url);

/** Returns the path of a file of the repository. */
export function path(name: string): string {
  return fileURLToPath(new URL(name, ROOT));
}

/**
 * Arguments of Deno that run the command `caryatid` with these, as an installed
 * one does.
 */
export function caryatid(...args: string[]): string[] {
  return ["run", "-A", path("cli/mod.ts"), ...args];
}

/**
 * Temporary file in a folder of this repository, so that its deno.json applies.
 */
export class ConfigFile implements AsyncDisposable {
  readonly path: string;
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.path = `${folder}/caryatid.toml`;
  }

  /** Writes a file with this text. */
  static async of(toml: string): Promise<ConfigFile> {
    const dir = path("tests/benchmarks/cli");
    const file = new ConfigFile(await Deno.makeTempDir({ dir }));
    await Deno.writeTextFile(file.path, toml);
    return file;
  }

  /** Removes the file. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }
}
