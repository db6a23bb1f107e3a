/** Matches the addresses of the loopback interface. */
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/;

/** Returns true if only programs on this machine can connect to the address. */
export function isLoopback(address: string): boolean {
  return LOOPBACK.test(address);
}

/** Returns the address as a URL contains it: IPv6 in brackets. */
export function urlHost(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}

/**
 * Returns the `net` permission to listen on the address. Deno checks the port
 * that replaces port 0, so any port is allowed then.
 */
export function netOf(address: string, port: number): string {
  const host = urlHost(address);
  return port === 0 ? host : `${host}:${port}`;
}
