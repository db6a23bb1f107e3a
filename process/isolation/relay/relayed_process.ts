import type { GuestProcess } from "../host/guest_process.ts";
import { FROM_RELAY, RelayWriter } from "./relay_frames.ts";

/** From one look at its memory to the next, in milliseconds. */
const MEMORY_TIME = 250;
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
 * @param start starts the guest's process, which tells its output to what it is given
 */
export async function relayProcess(
  connection: HostConnection,
  start: (onOutput: (line: string) => void) => GuestProcess,
): Promise<void> {
  const host = new RelayWriter(connection);
  // A host that is gone is found out by whoever reads.
  const tell = (kind: number, text: string) =>
    host.write(kind, text).catch(() => {});
  const guest = start((line) => tell(FROM_RELAY.output, line));
  const watch = watchMemory(
    guest,
    (bytes) => tell(FROM_RELAY.memory, String(bytes)),
  );
  await tell(FROM_RELAY.started, "");
  toGuest(connection, guest).finally(() => guest.kill());
  await fromGuest(guest, host).catch(() => guest.kill());
  const how = await guest.ended;
  clearInterval(watch);
  await tell(FROM_RELAY.ended, how);
  guest.pipes.close();
}

function watchMemory(
  guest: GuestProcess,
  tell: (bytes: number) => Promise<void>,
): ReturnType<typeof setInterval> {
  let told = 0;
  let telling = false;
  return setInterval(async () => {
    const bytes = guest.memory();
    if (telling || bytes === undefined || bytes === told) return;
    telling = true;
    await tell(told = bytes);
    telling = false;
  }, MEMORY_TIME);
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
