/** Permission of a module that makes more modules of Node.js importable. */
export type BuiltinGrant = "net" | "read" | "write";

/** Modules of Node.js that every isolated module may import. */
export const ALLOWED_BUILTINS = [
  ...["assert", "assert/strict", "async_hooks", "buffer", "constants"],
  ...["crypto", "diagnostics_channel", "events", "os", "path", "path/posix"],
  ...["path/win32", "perf_hooks", "process", "punycode", "querystring"],
  ...["stream", "stream/consumers", "stream/promises", "stream/web"],
  ...["string_decoder", "timers", "timers/promises", "url", "util"],
  ...["util/types", "zlib"],
] as const;

/** Modules of Node.js that need one of these permissions. */
export const GRANTED_BUILTINS: readonly (readonly [
  name: string,
  grants: readonly BuiltinGrant[],
])[] = [
  ["dns", ["net"]],
  ["dns/promises", ["net"]],
  ["fs", ["read", "write"]],
  ["fs/promises", ["read", "write"]],
  ["http", ["net"]],
  ["http2", ["net"]],
  ["https", ["net"]],
  ["net", ["net"]],
  ["sqlite", ["write"]],
  ["tls", ["net"]],
];

/**
 * Returns the modules of Node.js that an isolated module with these permissions
 * may import.
 */
export function importableBuiltins(
  grants: readonly string[],
): readonly string[] {
  const granted = GRANTED_BUILTINS
    .filter(([, wanted]) => wanted.some((one) => grants.includes(one)))
    .map(([name]) => name);
  return [...ALLOWED_BUILTINS, ...granted];
}
