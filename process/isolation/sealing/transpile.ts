import { transpileWithDeno } from "./deno_transpile.ts";
import type { GraphOptions } from "./read_graph.ts";
import type { SourceFile, Transpiled } from "./source_file.ts";
import { transpileTrusted } from "./trusted_transpile.ts";

/** Maximum number of transpiled files that are kept. */
const MAX_KEPT = 2_000;
/** Transpiled files by options, URL, media type and hash. */
const kept = new Map<string, Transpiled>();

/**
 * Transpiles files to JavaScript, those of modules with source maps. The files
 * on the disk are not read again. A text is transpiled once.
 */
export async function transpile(
  files: readonly SourceFile[],
  options: GraphOptions,
): Promise<Map<string, Transpiled>> {
  const keyOf = ({ url, mediaType, hash, isTrusted }: SourceFile) =>
    JSON.stringify([options.flags, url, mediaType, hash, isTrusted]);
  const results = new Map<string, Transpiled>();
  const foreign: SourceFile[] = [];
  const trusted: SourceFile[] = [];
  for (const file of files) {
    const known = kept.get(keyOf(file));
    if (known !== undefined) results.set(file.url, known);
    else (file.isTrusted ? trusted : foreign).push(file);
  }
  if (kept.size > MAX_KEPT) kept.clear();
  const keep = (file: SourceFile, result: Transpiled) => {
    kept.set(keyOf(file), result);
    results.set(file.url, result);
  };
  const running = transpileWithDeno(foreign, options);
  const others = trusted.filter((file) => {
    const code = transpileTrusted(file.text);
    if (code !== undefined) keep(file, { code });
    return code === undefined;
  });
  const made = [await running, await transpileWithDeno(others, options)];
  for (const file of [...foreign, ...others]) {
    const result = made[0]!.get(file.url) ?? made[1]!.get(file.url);
    if (result !== undefined) keep(file, result);
  }
  return results;
}
