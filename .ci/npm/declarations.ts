import { join } from "node:path";
import ts from "typescript";

/**
 * Returns the declarations (`.d.ts`) of TypeScript files, by the paths of the
 * files. Packages of the workspace keep their names in them.
 *
 * @param root folder of the workspace
 * @param files absolute paths
 */
export async function declarationsOf(
  root: string,
  files: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { folder, library } = await denoLibrary();
  try {
    const options: ts.CompilerOptions = {
      allowImportingTsExtensions: true,
      declaration: true,
      emitDeclarationOnly: true,
      exactOptionalPropertyTypes: true,
      lib: ["lib.esnext.d.ts"],
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      // The errors are those that `deno check` reports.
      noCheck: true,
      paths: await workspacePaths(root),
      rewriteRelativeImportExtensions: true,
      rootDir: root,
      strict: true,
      target: ts.ScriptTarget.ESNext,
      types: [],
    };
    const program = ts.createProgram([library, ...files], options);
    const declarations = new Map<string, string>();
    program.emit(undefined, (_, text, __, ___, sources) => {
      const [source] = sources ?? [];
      if (source) declarations.set(source.fileName, text);
    });
    return declarations;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Writes the types that Deno has built in to a file. */
async function denoLibrary(): Promise<{ folder: string; library: string }> {
  const folder = await Deno.makeTempDir({ prefix: "caryatid_types_" });
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["types"],
    env: { NO_COLOR: "1" },
  }).output();
  const library = join(folder, "deno.d.ts");
  await Deno.writeFile(library, stdout);
  return { folder, library };
}

/** Returns the source files of the entries of all packages. */
async function workspacePaths(root: string): Promise<Record<string, string[]>> {
  const paths: Record<string, string[]> = {};
  const { workspace } = JSON.parse(
    await Deno.readTextFile(join(root, "deno.json")),
  ) as { workspace: string[] };
  for (const member of workspace) {
    const { name, exports } = JSON.parse(
      await Deno.readTextFile(join(root, member, "deno.json")),
    ) as { name: string; exports: Record<string, string> };
    for (const [entry, file] of Object.entries(exports)) {
      paths[join(name, entry)] = [join(root, member, file)];
    }
  }
  return paths;
}
