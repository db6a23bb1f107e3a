import { DEFAULT_PREFIX } from "@caryatid/process/internal/config";
import type { RelayAddress } from "@caryatid/process/internal/isolation";
import { VERSION } from "@caryatid/process/internal/platform";
import { codeImport, textImport } from "../deno/code_imports.ts";
import { isIsolated, type Part } from "../inspection/inspection.ts";

/** Options of {@linkcode runProgramUrl}. */
export interface ProgramOptions {
  /** The `[process.<name>]` to run; all of them in one process unless set. */
  readonly process?: string | undefined;
  /** Prefix of variables that override the configuration (CARYATID). */
  readonly envPrefix?: string | undefined;
  /** Names of variables that the program looks up (none). */
  readonly variables?: readonly string[] | undefined;
  /** Stops the process when its standard input ends (false). */
  readonly lifeline?: boolean | undefined;
  /**
   * Relay that starts the processes of isolated modules; this process starts
   * them unless set.
   */
  readonly relay?: RelayAddress | undefined;
  /**
   * Imports the code of isolated modules, too, so that a graph of the imports
   * includes it (false).
   */
  readonly guests?: boolean | undefined;
  /** Receives orders to swap modules by standard input (false). */
  readonly watched?: boolean | undefined;
}

/** Specifiers that a program imports for its modules and buses, each once. */
export interface PartSources {
  /** Standard modules. */
  readonly modules: readonly string[];
  /** Standard buses. */
  readonly buses: readonly string[];
  /** Code that the configuration imports. */
  readonly imported: readonly string[];
  /** Those of `imported` that have an `integrity`. */
  readonly pinned: readonly string[];
}

/** Returns the specifiers that a program imports for these parts. */
export function partSources(parts: readonly Part[]): PartSources {
  const specifiersOf = (isWanted: (part: Part) => boolean) => [
    ...new Set(
      parts.filter(isWanted).flatMap(({ specifier }) => specifier ?? []),
    ),
  ];
  const isStandard = ({ config }: Part) => config.import === undefined;
  return {
    modules: specifiersOf((part) => part.kind === "module" && isStandard(part)),
    buses: specifiersOf((part) =>
      part.kind === "message-bus" && isStandard(part)
    ),
    imported: specifiersOf((part) => !isStandard(part)),
    pinned: specifiersOf(({ config }) => config.integrity !== undefined),
  };
}

/**
 * Returns the program that Deno runs, as a `data:` URL. Its imports are
 * literal, so local code needs no permission to read; and it has no location,
 * so it may import from any host, which code of a registry may not. The code of
 * isolated modules is not imported: it runs in separate programs.
 */
export function runProgramUrl(
  all: readonly Part[],
  options: ProgramOptions = {},
): string {
  const { process, relay, guests } = options;
  const { envPrefix = DEFAULT_PREFIX, variables = [] } = options;
  const { lifeline = false, watched = false } = options;
  const parts = all.filter((part) => guests || !isIsolated(part));
  const { modules, buses, imported, pinned } = partSources(parts);
  const lines = [`import{runFiles}from${JSON.stringify(runnerSpecifier())};`];
  const named = (specifiers: readonly string[]) =>
    specifiers.map((specifier) => {
      const name = `x${lines.length}`;
      lines.push(`import ${name} from${JSON.stringify(specifier)};`);
      return name;
    }).join();
  const registered = `modules:[${named(modules)}],buses:[${named(buses)}]`;
  const sources: string[] = [];
  const texts: string[] = [];
  for (const specifier of imported) {
    const literal = JSON.stringify(specifier);
    if (!pinned.includes(specifier)) {
      // A static import: import() adds 2 ms each, and code that cannot be
      // imported has been refused already.
      const name = `x${lines.length}`;
      lines.push(`import*as ${name} from${literal};`);
      sources.push(`${literal}:async()=>${name}`);
      continue;
    }
    // The code must not run before its text has been compared.
    sources.push(`${literal}:()=>${codeImport(specifier)}`);
    texts.push(`${literal}:()=>${textImport(specifier)}`);
  }
  lines.push(
    `await runFiles(Deno.args,{${registered},`,
    `sources:{__proto__:null,${sources.join()}},`,
    `texts:{__proto__:null,${texts.join()}},importer:s=>import(s)`,
    process === undefined ? "" : `,process:${JSON.stringify(process)}`,
    envPrefix === DEFAULT_PREFIX
      ? ""
      : `,envPrefix:${JSON.stringify(envPrefix)}`,
    variables.length === 0 ? "" : `,variables:${JSON.stringify(variables)}`,
    relay === undefined ? "" : `,relay:${JSON.stringify(relay)}`,
    `${lifeline ? ",lifeline:true" : ""}${watched ? ",watched:true" : ""}})`,
  );
  // These characters have another meaning in a URL.
  const code = lines.join("").replace(/[%#\s\\]/g, encodeURIComponent);
  return `data:text/javascript,${code}`;
}

/** Returns the specifier of the code that runs a configuration. */
export function runnerSpecifier(): string {
  return import.meta.url.startsWith("file:")
    ? new URL("./run_files.ts", import.meta.url).href
    : `jsr:@caryatid/cli@${VERSION}/internal/run`;
}
