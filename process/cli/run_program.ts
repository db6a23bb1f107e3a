import type { RelayAddress } from "../isolation/relay/relay_address.ts";
import { VERSION } from "../version.ts";
import { codeImport, textImport } from "./inspection/code_imports.ts";
import { partSources } from "./part_sources.ts";
import { isIsolated, type Part } from "./subject.ts";

/** What the program does besides. */
export interface ProgramOptions {
  /** The process of the files that it is; all of them in one unless given. */
  readonly process?: string | undefined;
  /** Whether it stops when its standard input ends (no). */
  readonly lifeline?: boolean | undefined;
  /** Who starts the processes of isolated modules (it does). */
  readonly relay?: RelayAddress | undefined;
  /** Whether it imports the code of isolated modules, too: for who looks at what is imported (no). */
  readonly guests?: boolean | undefined;
  /** Whether the command tells it by standard input which modules have changed (no). */
  readonly watched?: boolean | undefined;
}

/**
 * The program that Deno is given to run, as a `data:` URL. Its imports are literal, so that local code needs no permission to read;
 * and it lies nowhere, so that it may import from anywhere: what comes from a registry may not import from other hosts. The code of
 * isolated modules isn't among them: they have programs of their own.
 */
export function runProgramUrl(
  all: readonly Part[],
  { process, lifeline = false, watched = false, relay, guests }:
    ProgramOptions = {},
): string {
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
      // Not by import(): each would take 2 ms of the start, and what can't be imported has been refused by now.
      const name = `x${lines.length}`;
      lines.push(`import*as ${name} from${literal};`);
      sources.push(`${literal}:async()=>${name}`);
      continue;
    }
    // None of its code may run before its text is compared.
    sources.push(`${literal}:()=>${codeImport(specifier)}`);
    texts.push(`${literal}:()=>${textImport(specifier)}`);
  }
  lines.push(
    `await runFiles(Deno.args,{${registered},`,
    `sources:{__proto__:null,${sources.join()}},`,
    `texts:{__proto__:null,${texts.join()}},importer:s=>import(s)`,
    process === undefined ? "" : `,process:${JSON.stringify(process)}`,
    relay === undefined ? "" : `,relay:${JSON.stringify(relay)}`,
    `${lifeline ? ",lifeline:true" : ""}${watched ? ",watched:true" : ""}})`,
  );
  // In a URL these would mean something else.
  const code = lines.join("").replace(/[%#\s\\]/g, encodeURIComponent);
  return `data:text/javascript,${code}`;
}

/** Where the code that runs a configuration is. */
export function runnerSpecifier(): string {
  return import.meta.url.startsWith("file:")
    ? new URL("./run_files.ts", import.meta.url).href
    : `jsr:@caryatid/process@${VERSION}/cli/run`;
}
