import { stripTypeScriptTypes } from "node:module";
import { dirname, join } from "node:path";
import { npmPackages, writePackage } from "../../.ci/npm/npm_package.ts";
import { ROOT } from "../support/running_program.ts";

/**
 * Folder with the packages of `deno task npm` and programs that use them. Other
 * packages come from npm.
 */
export class NpmForm implements AsyncDisposable {
  /** The folder. */
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /**
   * Creates the folder with the programs of `programs` and their other files.
   */
  static async make(programs: string): Promise<NpmForm> {
    // With a space, as some folders of users have.
    const form = new NpmForm(
      await Deno.makeTempDir({ prefix: "caryatid npm " }),
    );
    try {
      await form.#install();
      for (const made of await npmPackages(ROOT)) {
        await writePackage(made, join(form.path, "node_modules", made.name));
      }
      for await (const { name } of Deno.readDir(programs)) {
        const [from, to] = [join(programs, name), join(form.path, name)];
        if (name.endsWith(".ts")) await writeScript(from, to);
        else await Deno.copyFile(from, to);
      }
    } catch (error) {
      await form[Symbol.asyncDispose]();
      throw error;
    }
    return form;
  }

  /** Path of the program that was built from `<name>.ts`. */
  program(name: string): string {
    return join(this.path, `${name}.js`);
  }

  /** Removes the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }

  async #install(): Promise<void> {
    const manifest = {
      type: "module",
      private: true,
      dependencies: await dependencies(),
    };
    await writeJson(join(this.path, "package.json"), manifest);
    const { success, stderr } = await new Deno.Command("npm", {
      args: ["install", "--no-audit", "--no-fund", "--prefer-offline"],
      cwd: this.path,
      stdin: "null",
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
  }
}

/** Returns the packages that the workspace names, with their versions. */
async function dependencies(): Promise<Record<string, string>> {
  const { imports } = await readJson<{ imports: Record<string, string> }>(
    join(ROOT, "deno.json"),
  );
  return Object.fromEntries(
    Object.values(imports).map((specifier) => {
      const at = specifier.lastIndexOf("@");
      return [specifier.slice("npm:".length, at), specifier.slice(at + 1)];
    }),
  );
}

async function writeScript(from: string, to: string): Promise<void> {
  const script = stripTypeScriptTypes(await Deno.readTextFile(from))
    .replace(/(["'])(\.{1,2}\/[^"'\n]*)\.ts\1/g, "$1$2.js$1");
  await Deno.mkdir(dirname(to), { recursive: true });
  await Deno.writeTextFile(to.replace(/\.ts$/, ".js"), script);
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeTextFile(path, JSON.stringify(value));
}

async function readJson<T>(path: string): Promise<T> {
  return JSON.parse(await Deno.readTextFile(path));
}
