import { stripTypeScriptTypes } from "node:module";
import { dirname, join, relative } from "node:path";
import { ROOT } from "../support/running_program.ts";

const MEMBERS = ["sdk", "process", "modules"];

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, string>>;
}

/**
 * A folder with our packages as JSR gives them to npm, and programs that use them: types are stripped and nothing else, so that what
 * a runtime lacks is not made up for. Packages of others come from npm.
 *
 * Not bundled: a bundler would choose what packages give to Deno, and would change the language level.
 */
export class NpmForm implements AsyncDisposable {
  /** The folder. */
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Makes the folder, with the programs that are in `programs`, and what else is there. */
  static async make(programs: string): Promise<NpmForm> {
    // With a blank: such folders there are.
    const form = new NpmForm(
      await Deno.makeTempDir({ prefix: "caryatid npm " }),
    );
    try {
      await form.#install();
      for (const member of MEMBERS) await form.#addPackage(member);
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

  /** Where a program is that was made of `<name>.ts`. */
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

  async #addPackage(member: string): Promise<void> {
    const from = join(ROOT, member);
    const manifest = await readJson<Manifest>(join(from, "deno.json"));
    const to = join(this.path, "node_modules", manifest.name);
    await writeJson(join(to, "package.json"), {
      name: manifest.name,
      version: manifest.version,
      type: "module",
      exports: Object.fromEntries(
        Object.entries(manifest.exports)
          .map(([entry, file]) => [entry, file.replace(/\.ts$/, ".js")]),
      ),
    });
    for await (const file of sources(from)) {
      await writeScript(file, join(to, relative(from, file)));
    }
  }
}

/** What packages of others the workspace names. */
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

/** The files of a folder that may be published: TypeScript, but for tests. */
export async function* sources(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) yield* sources(path);
    else if (name.endsWith(".ts") && !name.endsWith("_test.ts")) yield path;
  }
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
