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
}

/**
 * The program that Deno is given to run, as a `data:` URL. Its imports are literal, so that local code needs no permission to read;
 * and it lies nowhere, so that it may import from anywhere: what comes from a registry may not import from other hosts.
 */
export function runProgramUrl(
  parts: readonly Part[],
  { process, lifeline = false }: ProgramOptions = {},
): string {
  const { modules, buses, imported, pinned } = partSources(parts);
  const lines = [`import{runFiles}from${JSON.stringify(runner())};`];
  const named = (specifiers: readonly string[]) =>
    specifiers.map((specifier) => {
      const name = `x${lines.length}`;
      lines.push(`import ${name} from${JSON.stringify(specifier)};`);
      return name;
    }).join();
  const registered = `modules:[${named(modules)}],buses:[${named(buses)}]`;
  const sources = imported.map((specifier) => {
    const literal = JSON.stringify(specifier);
    return `${literal}:()=>import(${literal})`;
  });
  const texts = pinned.map((specifier) => {
    const literal = JSON.stringify(specifier);
    return `${literal}:()=>${textImport(literal)}`;
  });
  lines.push(
    `await runFiles(Deno.args,{${registered},`,
    `sources:{__proto__:null,${sources.join()}},`,
    `texts:{__proto__:null,${texts.join()}},importer:s=>import(s)`,
    process === undefined ? "" : `,process:${JSON.stringify(process)}`,
    `${lifeline ? ",lifeline:true" : ""}})`,
  );
  // In a URL these would mean something else.
  const code = lines.join("").replace(/[%#\s\\]/g, encodeURIComponent);
  return `data:text/javascript,${code}`;
}

function runner(): string {
  return import.meta.url.startsWith("file:")
    ? new URL("./run_files.ts", import.meta.url).href
    : `jsr:@caryatid/process@${VERSION}/cli/run`;
}
