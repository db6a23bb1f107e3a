import { platform } from "../platform/deno.ts";
import { filePath, fileUrl } from "../platform/file_urls.ts";

/** Host or hosts that code may connect to or listen on. */
export interface NetTarget {
  /**
   * Lower-case name without a trailing dot, an address, or the part after `*.`.
   */
  readonly host: string;
  /**
   * True for `*.example.com`, which includes all subdomains. Deno includes
   * `example.com` as well.
   */
  readonly isWild: boolean;
  /** Prefix length of an IPv4 network: 8 in `10.0.0.0/8`. */
  readonly bits: number | undefined;
  /** Port; undefined for all ports. */
  readonly port: number | undefined;
}

const SLASH = platform.isWindows ? "\\" : "/";
const NET =
  /^(?<wild>\*\.)?(?:\[(?<v6>[\da-f:.]+)\]|(?<name>[\w.-]+))(?:\/(?<bits>\d{1,2}))?(?::(?<port>\d{1,5}))?$/i;
const V4 = /^\d{1,3}(\.\d{1,3}){3}$/;

/** Accepted forms of a host, for errors. */
export const NET_WANTED =
  'a host as Deno takes it: "example.com", "example.com:443", "*.example.com", "10.0.0.0/8" or "[::1]:80"';

/**
 * Parses a host as Deno does. Returns undefined for a text that Deno rejects,
 * and for `unix:` and `vsock:`.
 */
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

/** Returns true if Deno allows code with access to `wide` to reach `narrow`. */
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

/** Returns the form of URLs, so that equal addresses are equal texts. */
function v6Address(text: string): string | undefined {
  return URL.parse(`http://[${text}]/`)?.hostname;
}

function v4Number(host: string): number {
  return host.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

/**
 * Returns an absolute path without `..` and without repeated slashes, so that
 * paths can be compared as text, as Deno does. A relative path starts at
 * `folder`, or at the current folder.
 */
export function absolutePath(path: string, folder?: string): string {
  const whole = filePath(fileUrl(path.replaceAll(/\/{2,}/g, "/"), folder));
  return whole.length > 1 ? whole.replace(/[/\\]$/, "") : whole;
}

/** Returns true if `narrow` is `wide` or lies in it. Both are absolute. */
export function pathCovers(wide: string, narrow: string): boolean {
  const folder = wide.endsWith(SLASH) ? wide : wide + SLASH;
  return narrow === wide || narrow.startsWith(folder);
}
