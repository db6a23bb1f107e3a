import { fileURLToPath, pathToFileURL } from "node:url";
import {
  type Dependency,
  type GraphModule,
  moduleGraph,
} from "./module_graph.ts";

/** Reason why JSR refuses a package: its error code and the place. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
}

/**
 * Returns everything for which JSR's analyzer would refuse the package in
 * `folder`. `deno publish --dry-run` reports a part of it, but not imports of
 * text and bytes, nor dependencies that are not published.
 *
 * @param registry URL of the registry for dependencies from `jsr:`
 */
export async function analyse(
  folder: string,
  exports: Readonly<Record<string, string>>,
  registry: string,
): Promise<Refusal[]> {
  const cache = await Deno.makeTempDir({ prefix: "caryatid_analyse_" });
  try {
    // A fresh cache: an old one lacks packages that were just published.
    const env = { JSR_URL: registry, DENO_DIR: cache };
    const found = new Map<string, Refusal>();
    for (const path of new Set(Object.values(exports))) {
      for (const module of await moduleGraph(`${folder}/${path}`, env)) {
        for (const refusal of refusalsOf(module, folder)) {
          found.set(`${refusal.code} ${refusal.message}`, refusal);
        }
      }
    }
    return [...found.values(), ...await bannedSyntax(folder)];
  } finally {
    await Deno.remove(cache, { recursive: true });
  }
}

function refusalsOf(module: GraphModule, folder: string): Refusal[] {
  const { specifier, error, dependencies = [] } = module;
  if (specifier.startsWith("npm:")) return [];
  if (error !== undefined) {
    return [{ code: "graphError", message: `${specifier}: ${error}` }];
  }
  const root = pathToFileURL(folder).href;
  // Code from the registry was analyzed when it was published.
  if (!specifier.startsWith(`${root}/`)) return [];
  const where = specifier.slice(root.length);
  return dependencies.flatMap((dependency) => {
    const refusal = refusalOf(dependency, root);
    return refusal === undefined
      ? []
      : [{ ...refusal, message: `${where}: ${refusal.message}` }];
  });
}

function refusalOf(dependency: Dependency, root: string): Refusal | undefined {
  const { assertionType } = dependency;
  const target = dependency.code?.specifier ?? dependency.type?.specifier ??
    dependency.specifier;
  const { protocol } = new URL(target, `${root}/`);
  const message = `found ${target}`;
  if (assertionType !== undefined && assertionType !== "json") {
    return { code: "graphError", message: `${message} as ${assertionType}` };
  }
  if (protocol === "file:" && !target.startsWith(`${root}/`)) {
    return { code: "invalidPath", message: `${message}, out of the package` };
  }
  if (protocol === "jsr:" || protocol === "npm:") {
    return hasConstraint(target)
      ? undefined
      : { code: `${protocol.slice(0, 3)}MissingConstraint`, message };
  }
  return ["file:", "data:", "node:"].includes(protocol)
    ? undefined
    : { code: "invalidExternalImport", message };
}

function hasConstraint(specifier: string): boolean {
  return /^\w+:\/?(@[^/]+\/)?[^/@]+@[^/*]/.test(specifier);
}

const BANNED: readonly (readonly [code: string, pattern: RegExp])[] = [
  ["globalTypeAugmentation", /^\s*declare\s+(global|module)\b/m],
  ["commonJs", /^\s*(export\s*=|import\s+\w+\s*=\s*require\()/m],
  ["bannedImportAssertion", /^\s*(import|export)\b.*\bassert\s*\{/m],
  [
    "bannedTripleSlashDirectives",
    /^\/\/\/\s*<reference\s+(no-default-lib|lib)\b/m,
  ],
];

/**
 * Finds syntax that JSR refuses. It reads line by line, so it can mistake a
 * text in a template for code: such a line is refused too, never accepted by
 * mistake.
 */
async function bannedSyntax(folder: string): Promise<Refusal[]> {
  const found: Refusal[] = [];
  for (const path of await sources(pathToFileURL(`${folder}/`))) {
    const text = await Deno.readTextFile(path);
    for (const [code, pattern] of BANNED) {
      if (!pattern.test(text)) continue;
      found.push({ code, message: path.slice(folder.length) });
    }
  }
  return found;
}

async function sources(folder: URL): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const url = new URL(encodeURIComponent(name), folder);
    if (isDirectory) found.push(...await sources(new URL(`${url}/`)));
    else if (/\.[cm]?[jt]sx?$/.test(name)) found.push(fileURLToPath(url));
  }
  return found;
}
