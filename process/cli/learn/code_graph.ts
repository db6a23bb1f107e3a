import { CaryatidError } from "@caryatid/sdk";
import { fileUrl } from "../file_urls.ts";
import { safeEnvironment } from "../inspection/child.ts";
import { configFlag, type Project } from "../project.ts";

/** What `deno info --json` tells, as far as it is used. */
interface Info {
  readonly redirects: Readonly<Record<string, string>>;
  readonly modules: readonly InfoModule[];
  readonly npmPackages?: Readonly<
    Record<string, {
      readonly dependencies: readonly string[];
      readonly localPath?: string;
    }>
  >;
}

interface InfoModule {
  readonly specifier: string;
  readonly npmPackage?: string;
  readonly dependencies?: readonly {
    readonly code?: { readonly specifier?: string };
  }[];
}

/** All code that a program may come to run, and who imports whom. */
export class CodeGraph {
  readonly #info: Info;
  readonly #modules: ReadonlyMap<string, InfoModule>;

  private constructor(info: Info) {
    this.#info = info;
    this.#modules = new Map(info.modules.map((one) => [one.specifier, one]));
  }

  /**
   * Asks Deno about these specifiers. Nothing of their code is run.
   *
   * @throws {CaryatidError} `LOAD_FAILED` if Deno doesn't tell
   */
  static async of(
    specifiers: readonly string[],
    project: Project,
    flags: readonly string[],
  ): Promise<CodeGraph> {
    const imports = specifiers.map((one) => `import${JSON.stringify(one)};`);
    const code = imports.join("").replace(/[%#\s\\]/g, encodeURIComponent);
    const { success, stdout, stderr } = await new Deno.Command(
      Deno.execPath(),
      {
        args: [
          ...["info", "--json", configFlag(project), ...flags],
          `data:text/javascript,${code}`,
        ],
        env: { ...safeEnvironment(), NO_COLOR: "1" },
        clearEnv: true,
      },
    ).output();
    const said = new TextDecoder().decode(success ? stdout : stderr);
    if (success) return new CodeGraph(JSON.parse(said));
    throw new CaryatidError(
      "LOAD_FAILED",
      `Cannot learn whose code is whose: Deno says ${said.trim()}`,
    );
  }

  /** The files that this one leads to, itself the first. A package of npm is the URL of its folder, one of Node's its `node:` name. */
  closure(specifier: string): string[] {
    const found = new Set([this.#resolved(specifier)]);
    for (const file of found) {
      for (const next of this.#next(file)) found.add(next);
    }
    return [...found].flatMap((file) => this.#place(file));
  }

  #next(file: string): readonly string[] {
    const { npmPackages = {} } = this.#info;
    if (file.startsWith("package ")) {
      const { dependencies = [] } = npmPackages[file.slice(8)] ?? {};
      return dependencies.map((key) => `package ${key}`);
    }
    const module = this.#modules.get(file);
    if (module?.npmPackage) return [`package ${module.npmPackage}`];
    return (module?.dependencies ?? []).flatMap(({ code }) =>
      code?.specifier === undefined ? [] : this.#resolved(code.specifier)
    );
  }

  #resolved(specifier: string): string {
    return this.#info.redirects[specifier] ?? specifier;
  }

  #place(file: string): string[] {
    if (file.startsWith("npm:")) return [];
    if (!file.startsWith("package ")) return [file];
    const path = this.#info.npmPackages?.[file.slice(8)]?.localPath;
    return path === undefined ? [] : [`${fileUrl(path).href}/`];
  }
}
