import { dirname, join } from "node:path";
import ts from "typescript";
import { declarationsOf } from "./declarations.ts";
import { launcherPackage } from "./launcher.ts";
import { NODE, type NpmPackage } from "./package_form.ts";
import { type Manifest, publishedFiles, readManifest } from "./sources.ts";

/** Packages that run on Node.js and Bun themselves. */
const LIBRARIES = ["sdk", "process", "modules"];

/**
 * Makes the packages for npm from the files that JSR gets.
 *
 * @param root folder of the workspace
 * @throws {Error} if code imports a package that `deno.json` does not name
 */
export async function npmPackages(root: string): Promise<NpmPackage[]> {
  const command = await readManifest(join(root, "cli"));
  return [
    ...await libraryPackages(root, LIBRARIES),
    launcherPackage({
      ...command,
      readme: await Deno.readTextFile(join(root, "cli/README.md")),
      licenseText: await Deno.readTextFile(join(root, "LICENSE")),
      deno: Deno.version.deno,
    }),
  ];
}

async function libraryPackages(
  root: string,
  members: readonly string[],
): Promise<NpmPackage[]> {
  const versions = await packageVersions(root);
  const manifests = await Promise.all(
    members.map((member) => readManifest(join(root, member))),
  );
  const listed = await Promise.all(
    members.map((member, at) =>
      Array.fromAsync(publishedFiles(join(root, member), manifests[at]!))
    ),
  );
  const scripts = members.flatMap((member, at) =>
    listed[at]!.filter(isScript).map((file) => join(root, member, file))
  );
  const declarations = await declarationsOf(root, scripts);
  return await Promise.all(
    members.map(async (member, at) => {
      const manifest = manifests[at]!;
      const folder = join(root, member);
      const files = new Map<string, string>();
      for (const file of listed[at]!) {
        const path = join(folder, file);
        const text = await Deno.readTextFile(path);
        if (!isScript(file)) {
          files.set(file, text);
          continue;
        }
        files.set(file.replace(/\.ts$/, ".js"), scriptOf(text, file));
        files.set(file.replace(/\.ts$/, ".d.ts"), declarations.get(path)!);
      }
      const dependencies = dependenciesOf(files, manifest, versions);
      files.set("package.json", packageJson(manifest, dependencies));
      return { name: manifest.name, files, dependencies };
    }),
  );
}

/** Writes the files of a package into a folder. */
export async function writePackage(
  { files }: NpmPackage,
  folder: string,
): Promise<void> {
  for (const [file, text] of files) {
    const path = join(folder, file);
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeTextFile(path, text);
  }
}

function isScript(file: string): boolean {
  return file.endsWith(".ts") && !file.endsWith(".d.ts");
}

/** Returns the code without types, for the oldest supported Node.js. */
function scriptOf(text: string, fileName: string): string {
  const { outputText } = ts.transpileModule(text, {
    fileName,
    compilerOptions: {
      module: ts.ModuleKind.ESNext,
      rewriteRelativeImportExtensions: true,
      // Newer syntax, such as `using`, is written in the older one.
      target: ts.ScriptTarget.ES2024,
      verbatimModuleSyntax: true,
    },
  });
  // Imports whose path is in a constant are rewritten as well.
  return outputText.replace(/(["'`])(\.{1,2}\/[^"'`\n]*)\.ts\1/g, "$1$2.js$1");
}

/** Returns the versions of all packages that `deno.json` names. */
async function packageVersions(root: string): Promise<Map<string, string>> {
  const { imports } = JSON.parse(
    await Deno.readTextFile(join(root, "deno.json")),
  ) as { imports: Record<string, string> };
  return new Map(
    Object.values(imports).map((specifier) => {
      const at = specifier.lastIndexOf("@");
      return [specifier.slice("npm:".length, at), specifier.slice(at + 1)];
    }),
  );
}

function dependenciesOf(
  files: ReadonlyMap<string, string>,
  { name, version }: Manifest,
  versions: ReadonlyMap<string, string>,
): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [file, text] of files) {
    if (!/\.(js|d\.ts)$/.test(file)) continue;
    for (const imported of importedPackages(text, file)) {
      if (imported === name) continue;
      // All packages of the workspace have one version.
      const wanted = imported.startsWith("@caryatid/")
        ? version
        : versions.get(imported);
      if (wanted === undefined) {
        throw new Error(
          `Cannot package "${name}": ${file} imports "${imported}", which ` +
            "deno.json does not name",
        );
      }
      found[imported] = wanted;
    }
  }
  return Object.fromEntries(
    Object.entries(found).sort(([a], [b]) => a < b ? -1 : 1),
  );
}

/** Yields the names of the packages that a file imports. */
function* importedPackages(text: string, file: string): Generator<string> {
  if (!/\b(import|export|require)\b/.test(text)) return;
  const { importedFiles } = ts.preProcessFile(text, true, file.endsWith(".js"));
  for (const { fileName } of importedFiles) {
    if (/^(\.|node:)|:/.test(fileName)) continue;
    yield fileName.split("/").slice(0, fileName.startsWith("@") ? 2 : 1)
      .join("/");
  }
}

/**
 * Returns the repository that GitHub names in a workflow. Provenance of npm
 * needs it.
 */
function repository(): object {
  const name = Deno.env.get("GITHUB_REPOSITORY");
  if (name === undefined) return {};
  const url = `git+https://github.com/${name}.git`;
  return { repository: { type: "git", url } };
}

function packageJson(
  { name, version, license, exports }: Manifest,
  dependencies: Readonly<Record<string, string>>,
): string {
  const entries = Object.entries(exports).map(([entry, file]) => {
    const stem = file.replace(/\.ts$/, "");
    return [entry, { types: `${stem}.d.ts`, default: `${stem}.js` }];
  });
  return JSON.stringify(
    {
      name,
      version,
      description: `Caryatid for Deno, Node.js and Bun: ${name}`,
      license,
      ...repository(),
      type: "module",
      exports: Object.fromEntries(entries),
      engines: { node: NODE },
      sideEffects: false,
      dependencies,
    },
    undefined,
    2,
  ) + "\n";
}
