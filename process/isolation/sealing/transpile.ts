import { denoDirOf } from "./deno_dir.ts";
import { transpileWithDeno } from "./deno_transpile.ts";
import type { GraphOptions } from "./read_graph.ts";
import type { SourceFile, Transpiled } from "./source_file.ts";
import { TrustedStore } from "./trusted_store.ts";
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
  const [codes, made] = await Promise.all([
    trustedCodes(trusted, options),
    transpileWithDeno(foreign, options),
  ]);
  for (const file of trusted) {
    const code = codes.get(file.hash);
    if (code !== undefined) keep(file, { code });
  }
  // this Deno cannot transpile them in this process
  const others = trusted.filter(({ hash }) => !codes.has(hash));
  const rest = await transpileWithDeno(others, options);
  for (const file of [...foreign, ...others]) {
    const result = made.get(file.url) ?? rest.get(file.url);
    if (result !== undefined) keep(file, result);
  }
  return results;
}

/**
 * Transpiles code of Caryatid, or takes it from the cache of Deno. Returns the
 * JavaScript by hashes; a text is missing that this Deno cannot transpile.
 */
async function trustedCodes(
  files: readonly SourceFile[],
  { env }: GraphOptions,
): Promise<ReadonlyMap<string, string>> {
  if (files.length === 0) return new Map();
  const store = new TrustedStore(await denoDirOf(env));
  const codes = await store.read();
  const { size } = codes;
  for (const { hash, text } of files) {
    const code = codes.get(hash) ?? await transpileTrusted(text);
    if (code !== undefined) codes.set(hash, code);
  }
  if (codes.size > size) await store.write(codes);
  return codes;
}
