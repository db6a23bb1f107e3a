/** Where Deno imports from unless told otherwise; `--allow-import=…` replaces them, so they are said again. */
const DEFAULT_HOSTS: readonly string[] = [
  "deno.land:443",
  "jsr.io:443",
  "esm.sh:443",
  "raw.esm.sh:443",
  "cdn.jsdelivr.net:443",
  "raw.githubusercontent.com:443",
  "gist.githubusercontent.com:443",
];

/** The host and port that code is imported from; undefined for what isn't an `http(s):` URL. */
export function importHost(specifier: string | undefined): string | undefined {
  if (specifier === undefined || !/^https?:/.test(specifier)) return undefined;
  const url = URL.parse(specifier);
  if (url === null) return undefined;
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  return `${url.hostname}:${port}`;
}

/** The flag by which Deno may import from these hosts; none where its default serves. "" stands for all hosts there are. */
export function importFlag(hosts: readonly string[]): string[] {
  if (hosts.includes("")) return ["--allow-import"];
  const usual = [...DEFAULT_HOSTS, ...ownRegistry()];
  const strange = new Set(hosts).difference(new Set(usual));
  return strange.size === 0
    ? []
    : [`--allow-import=${[...usual, ...strange].join(",")}`];
}

/** Deno imports from the registry of `JSR_URL`, too, unless told otherwise. */
function ownRegistry(): string[] {
  const host = importHost(Deno.env.get("JSR_URL"));
  return host === undefined ? [] : [host];
}
