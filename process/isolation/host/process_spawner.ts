import { CaryatidError } from "@caryatid/sdk";
import { PipeLink } from "../wire/pipe_link.ts";
import { checkNoBroker, configFlag, mayRunDeno } from "./environment.ts";
import { startGuestProcess } from "./guest_process.ts";
import {
  guestName,
  type GuestOrder,
  type GuestSpawner,
  type SpawnedGuest,
} from "./guest_spawner.ts";
import { sealGuest } from "./sealed_guest.ts";

/**
 * Starts guests in separate processes. This program must be allowed to run
 * Deno.
 */
export const processSpawner: GuestSpawner = {
  isolation: "process",
  async spawn(order: GuestOrder): Promise<SpawnedGuest> {
    checkNoBroker(guestName(order));
    if (!mayRunDeno()) throw runError(guestName(order));
    const sealed = await sealGuest(order, [await configFlag()]);
    const guest = await startGuestProcess(order, sealed).catch(
      (error) => {
        throw startError(guestName(order), error.message);
      },
    );
    const link = new PipeLink(guest.pipes, order.mostBatch);
    return {
      link,
      jail: guest.jail,
      ended: guest.ended,
      kill() {
        link.close();
        return guest.kill();
      },
    };
  },
};

function runError(name: string): CaryatidError {
  return startError(
    name,
    "this program may not run deno",
    "Start it with caryatid run; or grant --allow-run=deno, which " +
      "equals every permission, and run only trusted code in this process.",
  );
}

function startError(name: string, why: string, hint?: string): CaryatidError {
  return new CaryatidError(
    "GUEST_REFUSED",
    `Cannot start ${name} in a separate process: ${why}`,
    { hint },
  );
}
