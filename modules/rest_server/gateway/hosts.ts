import { isLoopback, urlHost } from "../../server_address.ts";

/**
 * Returns the accepted host names of a server: the configured ones, else those
 * of the loopback interface if the server listens there, else undefined for any
 * name.
 *
 * A web page then cannot reach a server on the machine of its visitor by the
 * host name of the page (DNS rebinding).
 */
export function hostsOf(
  configured: readonly string[] | undefined,
  address: string,
): ReadonlySet<string> | undefined {
  if (configured?.includes("*")) return undefined;
  if (configured) return new Set(configured.map((host) => host.toLowerCase()));
  if (!isLoopback(address)) return undefined;
  return new Set([urlHost(address), "localhost", "127.0.0.1", "[::1]"]);
}

/**
 * Returns true if `hosts` has the host of a request, with or without its port.
 */
export function isKnownHost(
  host: string,
  hosts: ReadonlySet<string> | undefined,
): boolean {
  if (hosts === undefined) return true;
  const name = host.toLowerCase();
  return hosts.has(name) || hosts.has(name.replace(/:\d+$/, ""));
}
