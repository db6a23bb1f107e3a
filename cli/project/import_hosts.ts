import { importHost as urlHost } from "@caryatid/process/internal/config";

/**
 * Deno's default hosts. `--allow-import=…` replaces them, so the flag repeats
 * them.
 */
const DEFAULT_HOSTS: readonly string[] = [
  "deno.land:443",
  "jsr.io:443",
  "esm.sh:443",
  "raw.esm.sh:443",
  "cdn.jsdelivr.net:443",
  "raw.githubusercontent.com:443",
  "gist.githubusercontent.com:443",
];

/** Name that RFC 2606 reserves: it has no owner. */
const NO_HOST = "none.invalid";

/**
 * Returns the host and port of an `http(s):` URL; undefined for other
 * specifiers.
 */
export function importHost(specifier: string | undefined): string | undefined {
  if (specifier === undefined || !/^https?:/.test(specifier)) return undefined;
  const url = URL.parse(specifier);
  return url === null ? undefined : urlHost(url);
}

/** Hosts that code may be imported from. */
export interface ImportRules {
  /** Hosts of the code that the configuration imports. */
  readonly hosts: readonly string[];
  /** Additional hosts of the command line; "" for all. */
  readonly more?: readonly string[];
  /** The only hosts that the configuration allows, if it limits them. */
  readonly only?: readonly string[] | undefined;
}

/**
 * Returns the flag by which Deno may import from these hosts; none if Deno's
 * default allows them.
 */
export function importFlag(
  { hosts, more = [], only }: ImportRules,
): string[] {
  if (more.includes("")) return ["--allow-import"];
  if (only) {
    const all = new Set([...only, ...more, ...hostsOf(import.meta.url)]);
    // Without hosts Deno's default would apply, which `--deny-import` does not
    // remove.
    return [`--allow-import=${[...all].join() || NO_HOST}`];
  }
  // Deno's default includes the registry of JSR_URL.
  const usual = [...DEFAULT_HOSTS, ...hostsOf(Deno.env.get("JSR_URL"))];
  const unusual = new Set([...hosts, ...more]).difference(new Set(usual));
  return unusual.size === 0
    ? []
    : [`--allow-import=${[...usual, ...unusual].join(",")}`];
}

function hostsOf(specifier: string | undefined): string[] {
  const host = importHost(specifier);
  return host === undefined ? [] : [host];
}
