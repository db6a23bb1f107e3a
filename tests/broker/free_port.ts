// Below every system's ephemeral range. A client that keeps calling a dead port inside that range can be given this
// very port as its own and connect to itself, and any outgoing connection can take it while its owner is restarted.
const FIRST = 20_000;
const LAST = 31_999;

/** A port of 127.0.0.1 that nobody listens on and that no outgoing connection is ever given. */
export function freePort(): number {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST + 1));
    if (isFree(port)) return port;
  }
}

/** `count` different free ports. */
export function freePorts(count: number): number[] {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(freePort());
  return [...ports];
}

function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}
