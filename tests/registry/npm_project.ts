import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import type { NpmRegistry } from "./npm_registry.ts";

/** Longest wait for one command, in milliseconds. */
const PATIENCE = 240_000;

/** Output of a command. */
export interface CommandOutput {
  readonly code: number;
  /** Standard output, then standard error. */
  readonly text: string;
}

/** Empty npm project of a user, with its own cache of npm. */
export class NpmProject implements AsyncDisposable {
  /** Folder of the project. */
  readonly folder: string;
  readonly #registry: NpmRegistry;

  private constructor(folder: string, registry: NpmRegistry) {
    this.folder = folder;
    this.#registry = registry;
  }

  /** Creates the folder with these files, and a `package.json`. */
  static async create(
    registry: NpmRegistry,
    files: Readonly<Record<string, string>>,
  ): Promise<NpmProject> {
    const folder = await Deno.makeTempDir({ prefix: "caryatid_npm_project_" });
    const project = new NpmProject(folder, registry);
    const host = registry.url.replace("http:", "");
    await project.write({
      ".npmrc": `registry=${registry.url}\n${host}:_authToken=token\n`,
      "package.json": JSON.stringify({ private: true, type: "module" }),
      ...files,
    });
    return project;
  }

  /** Writes files. */
  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, text] of Object.entries(files)) {
      const path = join(this.folder, name);
      await Deno.mkdir(dirname(path), { recursive: true });
      await Deno.writeTextFile(path, text);
    }
  }

  /** Runs a command in the project. Fails if it does not exit with 0. */
  async run(...command: string[]): Promise<string> {
    const { code, text } = await this.tryRun(...command);
    assert.equal(code, 0, `${command.join(" ")}:\n${text}`);
    return text;
  }

  /** Runs a command in the project. */
  async tryRun(...command: string[]): Promise<CommandOutput> {
    const [program = "npm", ...args] = command;
    const { code, stdout, stderr } = await new Deno.Command(program, {
      args,
      cwd: this.folder,
      env: {
        NO_COLOR: "1",
        BUN_CONFIG_REGISTRY: this.#registry.url,
        npm_config_cache: join(this.folder, ".npm"),
        npm_config_registry: this.#registry.url,
      },
      stdin: "null",
      signal: AbortSignal.timeout(PATIENCE),
    }).output();
    const decoder = new TextDecoder();
    return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
  }

  /** Removes the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}
