import { CaryatidError } from "@caryatid/sdk";
import { PipeLink } from "../pipe_link.ts";
import { configFile } from "./deno_config.ts";
import { checkNoBroker } from "./environment.ts";
import { startGuestProcess } from "./guest_process.ts";
import {
  guestName,
  type GuestOrder,
  type GuestSpawner,
  type SpawnedGuest,
} from "./guest_spawner.ts";

/** Starts guests in processes of their own, which this program must be allowed to. */
export const processSpawner: GuestSpawner = {
  isolation: "process",
  async spawn(order: GuestOrder): Promise<SpawnedGuest> {
    checkNoBroker(guestName(order));
    await checkMayRun(guestName(order));
    const config = await configFile();
    const guest = startGuestProcess(order, [
      config === undefined ? "--no-config" : `--config=${config}`,
    ]);
    const link = new PipeLink(guest.pipes, order.mostBatch);
    return {
      link,
      ended: guest.ended,
      kill() {
        link.close();
        return guest.kill();
      },
    };
  },
};

async function checkMayRun(name: string): Promise<void> {
  const command = Deno.execPath();
  const { state } = await Deno.permissions.query({ name: "run", command });
  if (state === "granted") return;
  throw new CaryatidError(
    "GUEST_REFUSED",
    `Cannot start ${name} in a process of its own: this program may ` +
      "not run deno",
    {
      hint: "let caryatid run start it; or grant --allow-run=deno, which " +
        "equals every permission: run nothing in this process itself that isn't trusted",
    },
  );
}
