import type { GuestProcess } from "../host/guest_process.ts";
import { FROM_RELAY, RelayWriter } from "./relay_frames.ts";

/** Read at once, at most. */
const PIECE = 64 * 1024;

/** What a host says its words on. */
export interface HostConnection {
  read(into: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
}

/**
 * Carries what host and guest say to each other, until the guest has ended; kills it when the host says no more. Who doesn't read
 * holds the other one up, and nobody else.
 *
 * @param start starts the guest's process, which tells its output to what it is given; what it throws is why the host is refused it
 */
export async function relayProcess(
  connection: HostConnection,
  start: (onOutput: (line: string) => void) => GuestProcess,
): Promise<void> {
  const host = new RelayWriter(connection);
  // A host that is gone is found out by whoever reads.
  const tell = (kind: number, text: string) =>
    host.write(kind, text).catch(() => {});
  let guest: GuestProcess;
  try {
    guest = start((line) => tell(FROM_RELAY.output, line));
  } catch (error) {
    return await tell(FROM_RELAY.refused, (error as Error).message);
  }
  await tell(FROM_RELAY.started, "");
  toGuest(connection, guest).finally(() => guest.kill());
  await fromGuest(guest, host).catch(() => guest.kill());
  await tell(FROM_RELAY.ended, await guest.ended);
  guest.pipes.close();
}

async function toGuest(
  connection: HostConnection,
  { pipes }: GuestProcess,
): Promise<void> {
  const piece = new Uint8Array(PIECE);
  try {
    for (;;) {
      const length = await connection.read(piece);
      if (length === null) return;
      await pipes.write(piece.subarray(0, length));
    }
  } catch {
    // One of them is gone.
  }
}

async function fromGuest(
  { pipes }: GuestProcess,
  host: RelayWriter,
): Promise<void> {
  for (;;) {
    const piece = await pipes.read();
    if (piece === null) return;
    await host.write(FROM_RELAY.data, piece);
  }
}
