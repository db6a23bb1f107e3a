import { tmpdir } from "node:os";

// Below every system's ephemeral range. A client that retries a closed port
// inside that range can get this port as its own and connect to itself, and any
// outgoing connection can take the port while its owner restarts.
const FIRST = 20_000;
const LAST = 31_999;

/**
 * Folder with a file for each port that was allocated on this machine. A broker
 * begins to listen seconds after its port was allocated, and does not listen
 * while it restarts, so a free port may still be in use.
 */
const TAKEN = `${tmpdir()}/caryatid-test-ports`;
/**
 * Time for which a port stays allocated, in milliseconds; no test needs it
 * longer.
 */
const HELD = 1_800_000;

/**
 * Returns a port of 127.0.0.1 on which no program listens. The system gives it
 * to no outgoing connection, and this function to no other test.
 */
export function freePort(): number {
  Deno.mkdirSync(TAKEN, { recursive: true });
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST + 1));
    if (take(port) && isFree(port)) return port;
  }
}

/** Returns `count` different free ports. */
export function freePorts(count: number): number[] {
  return Array.from({ length: count }, freePort);
}

function take(port: number): boolean {
  const file = `${TAKEN}/${port}`;
  try {
    Deno.openSync(file, { write: true, createNew: true }).close();
    return true;
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    forgetOld(file);
    return false;
  }
}

/** Removes the file of an old run, so that its port can be allocated again. */
function forgetOld(file: string): void {
  try {
    const since = Deno.statSync(file).mtime?.getTime() ?? Infinity;
    if (Date.now() - since >= HELD) Deno.removeSync(file);
  } catch (error) {
    // another process has removed it
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
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
