import { CaryatidError } from "@caryatid/sdk";
import { type DenoInfo, denoInfo, type InfoModule } from "./deno_info.ts";
import { fileUrl } from "./file_urls.ts";
import { type Project, projectFlags } from "./project.ts";

/** All code that a program may come to run, and who imports whom. */
export class CodeGraph {
  readonly #info: DenoInfo;
  readonly #modules: ReadonlyMap<string, InfoModule>;

  private constructor(info: DenoInfo) {
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
    const all = [...projectFlags(project), ...flags];
    const told = await denoInfo(`data:text/javascript,${code}`, all);
    if ("info" in told) return new CodeGraph(told.info);
    throw new CaryatidError(
      "LOAD_FAILED",
      `Cannot tell what the code imports: Deno says ${told.fault}`,
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
    return this.#info.redirects?.[specifier] ?? specifier;
  }

  #place(file: string): string[] {
    if (file.startsWith("npm:")) return [];
    if (!file.startsWith("package ")) return [file];
    const path = this.#info.npmPackages?.[file.slice(8)]?.localPath;
    return path === undefined ? [] : [`${fileUrl(path).href}/`];
  }
}
