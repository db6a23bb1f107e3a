import type { CodeSource } from "./process_config.ts";
import type { Report, TableReader } from "./table_reader.ts";
import type { KeyPath } from "./tables.ts";

/** Standard registries of packages. */
const REGISTRIES: Readonly<Record<string, string>> = {
  "jsr:": "jsr.io",
  "npm:": "registry.npmjs.org",
};

/** A part of the configuration that names its code. */
type Importing = CodeSource & { readonly path: KeyPath };

/**
 * Reads `[import] hosts`, the only hosts that code may come from. Reports
 * imports from other hosts.
 */
export function readImportHosts(
  root: TableReader,
  parts: readonly Importing[],
  report: Report,
): readonly string[] | undefined {
  const table = root.reader("import");
  const hosts = table.texts("hosts", refusal);
  table.end();
  if (hosts === undefined) return undefined;
  for (const part of parts) checkHost(part, hosts, report);
  return hosts;
}

function checkHost(
  { path, ...source }: Importing,
  hosts: readonly string[],
  report: Report,
): void {
  const url = codeUrl(source);
  const host = url && importHost(url);
  if (host === undefined) return;
  const isAllowed = hosts.some((one) =>
    host === one || host.startsWith(`${one}:`)
  );
  if (isAllowed) return;
  report.refuse(
    [...path, "import"],
    `found code of ${host}; expected one of ${hosts.join(", ") || "no host"}`,
    { hint: "Add it to hosts in [import] if you trust it." },
  );
}

/** Returns the URL of code; undefined for a name of the import map. */
function codeUrl({ import: specifier, base }: CodeSource): URL | undefined {
  if (specifier === undefined) return undefined;
  const isRelative = /^\.{0,2}\//.test(specifier);
  const url = isRelative ? base && URL.parse(specifier, base) : null;
  return url ?? URL.parse(specifier) ?? undefined;
}

/**
 * Returns host and port of the code. For a package, that is the standard
 * registry.
 */
export function importHost(url: URL): string | undefined {
  const registry = REGISTRIES[url.protocol];
  if (registry !== undefined) return `${registry}:443`;
  if (!/^https?:$/.test(url.protocol)) return undefined;
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  return `${url.hostname}:${port}`;
}

function refusal(host: string): string | undefined {
  const wanted = 'a host like "example.com" or "example.com:8443"';
  const url = URL.parse(`http://${host}`);
  if (url === null || !/^[^\s/?#@,*]+$/.test(host)) return wanted;
  const port = /:\d+$/.test(host) ? host.slice(host.lastIndexOf(":")) : "";
  return `${url.hostname}${port}` === host ? undefined : wanted;
}
