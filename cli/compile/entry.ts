import { CaryatidError } from "@caryatid/sdk";
import { relative } from "node:path";
import { readUrl } from "@caryatid/process/internal/config";
import { filePath, VERSION } from "@caryatid/process/internal/platform";
import type { Part } from "../inspection/inspection.ts";
import type { CheckedConfig } from "../review/checked_config.ts";
import { partSources } from "../run/run_program.ts";
import { lookedUpVariables } from "../run/variables.ts";

/** Options of {@linkcode entryText}. */
export interface EntryOptions {
  /** Name of the binary. */
  readonly name: string;
  /** Permissions of the binary, as flags of Deno. */
  readonly flags: readonly string[];
  /**
   * Folder of the entry. Its imports of files are relative to it: absolute ones
   * would be resolved on the machine that runs the binary.
   */
  readonly folder: string;
}

/**
 * Returns the program of a binary: the configuration, and literal imports of
 * its code, since Deno embeds no others.
 */
export async function entryText(
  checked: CheckedConfig,
  { name, flags, folder }: EntryOptions,
): Promise<string> {
  const { modules, buses, imported, pinned } = partSources(checked.parts);
  const literal = (specifier: string) =>
    JSON.stringify(fromFolder(specifier, folder));
  const registered = [...modules, ...buses];
  const nameOf = (specifier: string) => `x${registered.indexOf(specifier)}`;
  const imports = [
    `import { runCompiled } from ${literal(runner())};`,
    ...registered.map((one) => `import ${nameOf(one)} from ${literal(one)};`),
    // Static imports: import() adds 2 ms each to the start.
    ...imported.map((one, at) => `import * as y${at} from ${literal(one)};`),
  ];
  const sources = imported.map((specifier, at) =>
    `${JSON.stringify(specifier)}: async () => y${at}`
  );
  const texts = await Promise.all(pinned.map(async (specifier) => {
    const text = JSON.stringify(await textOf(new URL(specifier)));
    return `${JSON.stringify(specifier)}: async () => ({ default: ${text} })`;
  }));
  const layers = await Promise.all(checked.files.map(textOf));
  return `${imports.join("\n")}

await runCompiled(Deno.args, {
  name: ${JSON.stringify(name)},
  config: ${JSON.stringify([...layers, absoluteLayer(checked)])},
  modules: [${modules.map(nameOf)}],
  buses: [${buses.map(nameOf)}],
  sources: { __proto__: null, ${sources.join(", ")} },
  texts: { __proto__: null, ${texts.join(", ")} },
  process: ${JSON.stringify(checked.config.process)},
  envPrefix: ${JSON.stringify(checked.config.envPrefix)},
  variables: ${JSON.stringify(lookedUpVariables(checked))},
  flags: ${JSON.stringify(flags)},
});
`;
}

/**
 * Returns a layer with absolute imports and paths: an embedded text has no
 * folder that they could be relative to.
 */
function absoluteLayer({ parts }: CheckedConfig): Record<string, unknown> {
  const layer: Record<string, Record<string, unknown>> = {};
  for (const { kind, config, specifier } of parts) {
    const keys = {
      ...config.import !== undefined && { import: specifier },
      ...grantedPaths(config),
    };
    if (Object.keys(keys).length > 0) (layer[kind] ??= {})[config.id] = keys;
  }
  return layer;
}

function grantedPaths(config: Part["config"]): Record<string, unknown> {
  if (!("permissions" in config)) return {};
  const { read, write } = config.permissions ?? {};
  const permissions = { ...read && { read }, ...write && { write } };
  return Object.keys(permissions).length > 0 ? { permissions } : {};
}

async function textOf(url: URL): Promise<string> {
  const read = await readUrl(url, undefined);
  if ("text" in read) return read.text;
  // The check has just read it.
  throw new CaryatidError("COMPILE_FAILED", `${url}: ${read.fault}`);
}

function fromFolder(specifier: string, folder: string): string {
  if (!specifier.startsWith("file:")) return specifier;
  const path = relative(folder, filePath(specifier)).replaceAll("\\", "/");
  // Escapes characters of a name that have another meaning in a URL.
  const encoded = encodeURI(path).replace(/[?#]/g, encodeURIComponent);
  return encoded.startsWith(".") ? encoded : `./${encoded}`;
}

function runner(): string {
  return import.meta.url.startsWith("file:")
    ? new URL("../compiled/run_compiled.ts", import.meta.url).href
    : `jsr:@caryatid/cli@${VERSION}/internal/compiled`;
}

/**
 * Never called: Deno downloads literal imports, so that `--cached-only` finds
 * the code wherever the command itself is.
 */
export const runnerModule = (): Promise<unknown> =>
  import("../compiled/run_compiled.ts");
