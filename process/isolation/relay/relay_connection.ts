import { CaryatidError } from "@caryatid/sdk";
import type { RelayAddress } from "./relay_address.ts";
import { writeAll } from "./relay_frames.ts";

/**
 * Connects to a relay, and sends the name of a guest.
 *
 * @throws {CaryatidError} `GUEST_REFUSED` if the relay has ended
 */
export async function connectRelay(
  { path, token }: RelayAddress,
  name: string,
): Promise<Deno.UnixConn> {
  try {
    const connection = await Deno.connect({ transport: "unix", path });
    const line = `${JSON.stringify([token, name])}\n`;
    await writeAll(connection, new TextEncoder().encode(line));
    return connection;
  } catch (cause) {
    throw refusedError(name, "the relay has ended", cause);
  }
}

/** Returns the error of a guest that a relay does not start. */
export function refusedError(
  name: string,
  why: string,
  cause?: unknown,
): CaryatidError {
  return new CaryatidError(
    "GUEST_REFUSED",
    `Cannot start ${name}: ${why}`,
    { cause },
  );
}
