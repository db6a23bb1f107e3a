import { tmpdir } from "node:os";

// Below every system's ephemeral range. A client that keeps calling a dead port inside that range can be given this
// very port as its own and connect to itself, and any outgoing connection can take it while its owner is restarted.
const FIRST = 20_000;
const LAST = 31_999;

/**
 * A file for each port that was given away on this machine. A broker listens seconds after it was given its port, and doesn't while
 * it is restarted: to be free isn't enough.
 */
const TAKEN = `${tmpdir()}/caryatid-test-ports`;
/** No test needs one longer, in milliseconds. */
const HELD = 1_800_000;

/** A port of 127.0.0.1 that nobody listens on, that no outgoing connection is ever given, and no other test. */
export function freePort(): number {
  Deno.mkdirSync(TAKEN, { recursive: true });
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST + 1));
    if (take(port) && isFree(port)) return port;
  }
}

/** `count` different free ports. */
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

/** The port of a run that is over may be given away again. */
function forgetOld(file: string): void {
  try {
    const since = Deno.statSync(file).mtime?.getTime() ?? Infinity;
    if (Date.now() - since >= HELD) Deno.removeSync(file);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error; // somebody else did
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
