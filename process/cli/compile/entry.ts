import { relative } from "node:path";
import { readUrl } from "../../config/read_url.ts";
import { VERSION } from "../../version.ts";
import { filePath } from "../file_urls.ts";
import { partSources } from "../part_sources.ts";
import type { Part, Subject } from "../subject.ts";

/** What a binary knows besides its configuration. */
export interface EntryOptions {
  /** What it is called. */
  readonly name: string;
  /** The permissions that are baked in, as flags of Deno. */
  readonly flags: readonly string[];
  /** Where the entry lies: its imports of files are relative. Absolute ones would be looked for on the machine it runs on. */
  readonly folder: string;
}

/**
 * The program of a binary: literal imports of just the code that the configuration names, since Deno embeds no others, and the
 * configuration itself.
 */
export async function entryText(
  subject: Subject,
  { name, flags, folder }: EntryOptions,
): Promise<string> {
  const { modules, buses, imported, pinned } = partSources(subject.parts);
  const literal = (specifier: string) =>
    JSON.stringify(fromFolder(specifier, folder));
  const registered = [...modules, ...buses];
  const nameOf = (specifier: string) => `x${registered.indexOf(specifier)}`;
  const imports = [
    `import { runCompiled } from ${literal(runner())};`,
    ...registered.map((one) => `import ${nameOf(one)} from ${literal(one)};`),
    // Not by import(): each would take 2 ms of the start.
    ...imported.map((one, at) => `import * as y${at} from ${literal(one)};`),
  ];
  const sources = imported.map((specifier, at) =>
    `${JSON.stringify(specifier)}: async () => y${at}`
  );
  const texts = await Promise.all(pinned.map(async (specifier) => {
    const text = JSON.stringify(await textOf(new URL(specifier)));
    return `${JSON.stringify(specifier)}: async () => ({ default: ${text} })`;
  }));
  const layers = await Promise.all(subject.files.map(textOf));
  return `${imports.join("\n")}

await runCompiled(Deno.args, {
  name: ${JSON.stringify(name)},
  config: ${JSON.stringify([...layers, madeAbsolute(subject)])},
  modules: [${modules.map(nameOf)}],
  buses: [${buses.map(nameOf)}],
  sources: { __proto__: null, ${sources.join(", ")} },
  texts: { __proto__: null, ${texts.join(", ")} },
  process: ${JSON.stringify(subject.config.process)},
  flags: ${JSON.stringify(flags)},
});
`;
}

/** A text has no place that `import = "./hello.ts"` or a path would be relative to: this layer says where they led. */
function madeAbsolute({ parts }: Subject): Record<string, unknown> {
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
  throw new Error(`${url}: ${read.fault}`); // it was read a moment ago
}

function fromFolder(specifier: string, folder: string): string {
  if (!specifier.startsWith("file:")) return specifier;
  const path = relative(folder, filePath(specifier)).replaceAll("\\", "/");
  // As a part of a URL: a "%" or "#" of a name means something else there.
  const encoded = encodeURI(path).replace(/[?#]/g, encodeURIComponent);
  return encoded.startsWith(".") ? encoded : `./${encoded}`;
}

function runner(): string {
  return import.meta.url.startsWith("file:")
    ? new URL("../run_compiled.ts", import.meta.url).href
    : `jsr:@caryatid/process@${VERSION}/cli/compiled`;
}

/** Never called: Deno downloads what is imported literally, so `--cached-only` finds it where the command itself is. */
export const runnerModule = (): Promise<unknown> =>
  import("../run_compiled.ts");
