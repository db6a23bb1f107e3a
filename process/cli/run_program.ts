import { VERSION } from "../version.ts";
import type { Part } from "./subject.ts";

/**
 * The program that Deno is given to run, as a `data:` URL. Its imports are literal, so that local code needs no permission to read;
 * and it lies nowhere, so that it may import from anywhere: what comes from a registry may not import from other hosts.
 */
export function runProgramUrl(parts: readonly Part[]): string {
  const lines = [`import{runFiles}from${JSON.stringify(runner())};`];
  const standard = (kind: Part["kind"]) => {
    const own = parts.filter((part) =>
      part.kind === kind && part.config.import === undefined
    );
    const specifiers = new Set(own.flatMap(({ specifier }) => specifier ?? []));
    return [...specifiers].map((specifier) => {
      const name = `x${lines.length}`;
      lines.push(`import ${name} from${JSON.stringify(specifier)};`);
      return name;
    }).join();
  };
  const modules = standard("module");
  const buses = standard("message-bus");
  const imported = new Set(
    parts.flatMap(({ config, specifier }) =>
      config.import === undefined ? [] : specifier ?? []
    ),
  );
  const sources = [...imported].map((specifier) => {
    const literal = JSON.stringify(specifier);
    return `${literal}:()=>import(${literal})`;
  });
  lines.push(
    `await runFiles(Deno.args,{modules:[${modules}],buses:[${buses}],`,
    `sources:{__proto__:null,${sources.join()}},importer:s=>import(s)})`,
  );
  // In a URL these would mean something else.
  const code = lines.join("").replace(/[%#\s\\]/g, encodeURIComponent);
  return `data:text/javascript,${code}`;
}

/** Never called: Deno downloads what is imported literally, so `--cached-only` finds it where the command itself is. */
export const runnerModule = (): Promise<unknown> => import("./run_files.ts");

function runner(): string {
  return import.meta.url.startsWith("file:")
    ? new URL("./run_files.ts", import.meta.url).href
    : `jsr:@caryatid/process@${VERSION}/cli/run`;
}
