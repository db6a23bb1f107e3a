import { guestName } from "../host/guest_spawner.ts";
import type { SealedProgram, WorkerSealer } from "../host/worker_spawner.ts";
import type { RelayAddress } from "./relay_address.ts";
import { connectRelay, refusedError } from "./relay_connection.ts";
import { FROM_RELAY, RelayReader } from "./relay_frames.ts";

/** Returns a function that lets a relay seal the code of workers. */
export function relayedSealer(address: RelayAddress): WorkerSealer {
  return async (order) => {
    const name = guestName(order);
    using connection = await connectRelay(address, name);
    return await readProgram(new RelayReader(connection), name);
  };
}

/** Reads the loader, and then the pieces of the frame. */
async function readProgram(
  frames: RelayReader,
  name: string,
): Promise<SealedProgram> {
  const loader: Uint8Array[] = [];
  const frame: Uint8Array[] = [];
  for (;;) {
    const next = await frames.next();
    if (next === null) throw refusedError(name, "the relay does not answer");
    const bytes = next.bytes.slice();
    if (next.kind === FROM_RELAY.loader) loader.push(bytes);
    else if (next.kind === FROM_RELAY.graph) frame.push(bytes);
    else if (next.kind === FROM_RELAY.sealed) break;
    else throw refusedError(name, new TextDecoder().decode(bytes));
  }
  return {
    loader: await new Blob(loader as BlobPart[]).text(),
    frame: await new Blob(frame as BlobPart[]).bytes(),
  };
}
