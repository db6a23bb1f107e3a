import { importHost as urlHost } from "../config/import_hosts.ts";

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
  return url === null ? undefined : urlHost(url);
}

/** A name that RFC 2606 keeps from being anybody's. */
const NO_HOST = "none.invalid";

/** What the flag has to say. */
export interface ImportRules {
  /** Hosts that code of the configuration is imported from. */
  readonly hosts: readonly string[];
  /** Hosts that the command line allows besides; "" stands for all that there are. */
  readonly more?: readonly string[];
  /** The only hosts that the configuration allows, if it says so. */
  readonly only?: readonly string[] | undefined;
}

/** The flag by which Deno may import from these hosts; none where its default serves. */
export function importFlag(
  { hosts, more = [], only }: ImportRules,
): string[] {
  if (more.includes("")) return ["--allow-import"];
  if (only) {
    const all = new Set([...only, ...more, ...ownHosts()]);
    // Without hosts Deno's default would hold, and `--deny-import` doesn't take that away.
    return [`--allow-import=${[...all].join() || NO_HOST}`];
  }
  const usual = [...DEFAULT_HOSTS, ...ownRegistry()];
  const strange = new Set([...hosts, ...more]).difference(new Set(usual));
  return strange.size === 0
    ? []
    : [`--allow-import=${[...usual, ...strange].join(",")}`];
}

/** Deno imports from the registry of `JSR_URL`, too, unless told otherwise. */
function ownRegistry(): string[] {
  const host = importHost(Deno.env.get("JSR_URL"));
  return host === undefined ? [] : [host];
}

/** Where Caryatid itself comes from. */
function ownHosts(): string[] {
  const host = importHost(import.meta.url);
  return host === undefined ? [] : [host];
}
