import type { Log, Module } from "@caryatid/sdk";
import type { ModuleConfig } from "../config/process_config.ts";
import { grantsOfModule } from "./grants.ts";
import { type GuestModule, guestModule } from "./guest_module.ts";
import type { GuestSpawner } from "./host/guest_spawner.ts";

/**
 * The module of a section that wants it isolated; `specifier` says where it is. If it comes in the place of a `predecessor` whose
 * queues are kept, it is given what that one's guest has not begun.
 */
export async function isolatedModule(
  config: ModuleConfig,
  specifier: string,
  log: Log,
  predecessor?: Module & Partial<Pick<GuestModule, "leftovers">>,
): Promise<GuestModule> {
  return await guestModule({
    id: config.id,
    specifier,
    integrity: config.integrity,
    spawner: await spawnerOf(config.isolation),
    grants: grantsOfModule(config)!,
    limits: config.limits,
    log,
    keep: config.onFailure === "restart",
  }, predecessor?.leftovers);
}

/** Only that which is used is loaded. */
async function spawnerOf(
  isolation: ModuleConfig["isolation"],
): Promise<GuestSpawner> {
  if (isolation === "worker") {
    return (await import("./host/worker_spawner.ts")).workerSpawner;
  }
  return (await import("./host/process_spawner.ts")).processSpawner;
}
