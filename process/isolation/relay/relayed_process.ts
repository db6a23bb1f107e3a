import type { GuestProcess, ProcessOrder } from "../host/guest_process.ts";
import { FROM_RELAY, RelayWriter } from "./relay_frames.ts";

/** Maximum number of bytes of one read. */
const PIECE = 64 * 1024;

/** Connection of a host. */
export interface HostConnection {
  read(into: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
}

/** Listeners of a guest's process. */
export type GuestListeners = Pick<ProcessOrder, "onOutput" | "onWarning">;

/**
 * Forwards bytes between host and guest until the guest has ended. Kills the
 * guest when the host closes its side. A side that does not read delays only
 * the other one.
 *
 * @param start starts the process of the guest with these listeners; its error
 * is the reason that the host receives
 */
export async function relayProcess(
  connection: HostConnection,
  start: (listeners: GuestListeners) => GuestProcess | Promise<GuestProcess>,
): Promise<void> {
  const host = new RelayWriter(connection);
  // Reads find out that the host has closed the connection.
  const sendText = (kind: number, text: string) =>
    host.write(kind, text).catch(() => {});
  let guest: GuestProcess;
  try {
    guest = await start({
      onOutput: (line) => sendText(FROM_RELAY.output, line),
      onWarning: (text) => sendText(FROM_RELAY.warning, text),
    });
  } catch (error) {
    return await sendText(FROM_RELAY.refused, (error as Error).message);
  }
  await sendText(FROM_RELAY.started, guest.jail);
  toGuest(connection, guest).finally(() => guest.kill());
  await fromGuest(guest, host).catch(() => guest.kill());
  await sendText(FROM_RELAY.ended, await guest.ended);
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
