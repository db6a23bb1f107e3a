import { VERSION } from "../version.ts";
import { textImport } from "./inspection/child.ts";
import { partSources } from "./part_sources.ts";
import type { Part } from "./subject.ts";

/** What the program does besides. */
export interface ProgramOptions {
  /** The process of the files that it is; all of them in one unless given. */
  readonly process?: string | undefined;
  /** Whether it stops when its standard input ends (no). */
  readonly lifeline?: boolean | undefined;
  /** Whether the command tells it by standard input which modules have changed (no). */
  readonly watched?: boolean | undefined;
}

/**
 * The program that Deno is given to run, as a `data:` URL. Its imports are literal, so that local code needs no permission to read;
 * and it lies nowhere, so that it may import from anywhere: what comes from a registry may not import from other hosts.
 */
export function runProgramUrl(
  parts: readonly Part[],
  { process, lifeline = false, watched = false }: ProgramOptions = {},
): string {
  const { modules, buses, imported, pinned, isolated } = partSources(parts);
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
    if (!pinned.includes(specifier) && !isolated.includes(specifier)) {
      // Not by import(): each would take 2 ms of the start, and what can't be imported has been refused by now.
      const name = `x${lines.length}`;
      lines.push(`import*as ${name} from${literal};`);
      sources.push(`${literal}:async()=>${name}`);
      continue;
    }
    // None of its code may run before its text is compared, or here at all.
    sources.push(`${literal}:()=>import(${literal})`);
    if (pinned.includes(specifier)) {
      texts.push(`${literal}:()=>${textImport(literal)}`);
    }
  }
  lines.push(
    `await runFiles(Deno.args,{${registered},`,
    `sources:{__proto__:null,${sources.join()}},`,
    `texts:{__proto__:null,${texts.join()}},importer:s=>import(s)`,
    process === undefined ? "" : `,process:${JSON.stringify(process)}`,
    `${lifeline ? ",lifeline:true" : ""}${watched ? ",watched:true" : ""}})`,
  );
  // In a URL these would mean something else.
  const code = lines.join("").replace(/[%#\s\\]/g, encodeURIComponent);
  return `data:text/javascript,${code}`;
}

/** Never called: Deno downloads what is imported literally, so `--cached-only` finds it where the command itself is. */
export const runnerModule = (): Promise<unknown> => import("./run_files.ts");

/** Where the code that runs a configuration is. */
export function runnerSpecifier(): string {
  return import.meta.url.startsWith("file:")
    ? new URL("./run_files.ts", import.meta.url).href
    : `jsr:@caryatid/process@${VERSION}/cli/run`;
}
