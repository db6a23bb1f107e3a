/** A host, or several, that somebody may connect to or listen on. */
export interface NetTarget {
  /** A lower-case name without a last dot, an address, or what follows `*.`. */
  readonly host: string;
  /** Whether it is meant with all that lies under it: `*.example.com`, which Deno lets stand for `example.com` as well. */
  readonly isWild: boolean;
  /** How many bits of an IPv4 network count: `10.0.0.0/8`. */
  readonly bits: number | undefined;
  /** Undefined for all ports. */
  readonly port: number | undefined;
}

const NET =
  /^(?<wild>\*\.)?(?:\[(?<v6>[\da-f:.]+)\]|(?<name>[\w.-]+))(?:\/(?<bits>\d{1,2}))?(?::(?<port>\d{1,5}))?$/i;
const V4 = /^\d{1,3}(\.\d{1,3}){3}$/;

/** What a list of hosts takes, in words. */
export const NET_WANTED =
  'a host as Deno takes it: "example.com", "example.com:443", "*.example.com", "10.0.0.0/8" or "[::1]:80"';

/** Reads a host as Deno does; undefined for what Deno refuses, and for what isn't about hosts (`unix:`, `vsock:`). */
export function parseNet(text: string): NetTarget | undefined {
  const groups = NET.exec(text)?.groups;
  if (!groups) return undefined;
  const host = groups["v6"] === undefined
    ? plainName(groups["name"]!)
    : v6Address(groups["v6"]);
  const bits = numberOf(groups["bits"]);
  const port = numberOf(groups["port"]);
  const isWild = groups["wild"] !== undefined;
  if (host === undefined || (port ?? 0) > 65_535) return undefined;
  const isAddress = V4.test(host) || host.startsWith("[");
  if (isWild && isAddress) return undefined;
  if (bits !== undefined && (!V4.test(host) || bits > 32)) return undefined;
  return { host, isWild, bits, port };
}

/** Says whether who may reach `wide` may reach `narrow`, as Deno sees it. */
export function netCovers(wide: NetTarget, narrow: NetTarget): boolean {
  if (wide.port !== undefined && wide.port !== narrow.port) return false;
  if (wide.bits !== undefined) return isWithin(wide, narrow);
  if (narrow.bits !== undefined) return false;
  if (!wide.isWild) return !narrow.isWild && wide.host === narrow.host;
  return narrow.host === wide.host || narrow.host.endsWith(`.${wide.host}`);
}

function isWithin(wide: NetTarget, narrow: NetTarget): boolean {
  const bits = narrow.bits ?? 32;
  if (!V4.test(narrow.host) || bits < wide.bits!) return false;
  const shift = 2 ** (32 - wide.bits!);
  const network = (host: string) => Math.floor(v4Number(host) / shift);
  return network(wide.host) === network(narrow.host);
}

function plainName(name: string): string | undefined {
  const plain = name.toLowerCase().replace(/\.$/, "");
  if (V4.test(plain)) {
    return plain.split(".").every((part) => Number(part) <= 255)
      ? plain
      : undefined;
  }
  const labels = plain.split(".");
  return labels.every((label) => label !== "" && label.length <= 63)
    ? plain
    : undefined;
}

/** As URLs write it, so that two ways to write one address are equal. */
function v6Address(text: string): string | undefined {
  return URL.parse(`http://[${text}]/`)?.hostname;
}

function v4Number(host: string): number {
  return host.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}
