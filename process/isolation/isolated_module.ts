import type { Log } from "@caryatid/sdk";
import type { ModuleConfig } from "../config/process_config.ts";
import { grantsOfModule } from "./grants.ts";
import { type GuestModule, guestModule } from "./guest_module.ts";
import type { GuestSpawner } from "./host/guest_spawner.ts";
import type { RelayAddress } from "./relay/relay_address.ts";

/** Where the code of an isolated module is, and who starts it. */
export interface IsolatedSource {
  readonly specifier: string;
  /** Starts processes in place of this one, if there is somebody. */
  readonly relay: RelayAddress | undefined;
}

/** The module of a section that wants it isolated. */
export async function isolatedModule(
  config: ModuleConfig,
  { specifier, relay }: IsolatedSource,
  log: Log,
): Promise<GuestModule> {
  return await guestModule({
    id: config.id,
    specifier,
    integrity: config.integrity,
    spawner: await spawnerOf(config.isolation, relay),
    grants: grantsOfModule(config)!,
    limits: config.limits,
    log,
    keep: config.onFailure === "restart",
  });
}

/** Only that which is used is loaded. */
async function spawnerOf(
  isolation: ModuleConfig["isolation"],
  relay: RelayAddress | undefined,
): Promise<GuestSpawner> {
  if (isolation === "worker") {
    return (await import("./host/worker_spawner.ts")).workerSpawner;
  }
  if (relay) {
    return (await import("./relay/relay_spawner.ts")).relaySpawner(relay);
  }
  return (await import("./host/process_spawner.ts")).processSpawner;
}
