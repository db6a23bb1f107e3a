import type { Log, Module } from "@caryatid/sdk";
import type { BusConfig, ModuleConfig } from "../config/process_config.ts";
import { grantsOfModule } from "./grants.ts";
import { type GuestModule, guestModule } from "./guest_module.ts";
import type { GuestOptions } from "./host/guest_options.ts";
import type { IsolatedBusClass } from "./host/isolated_bus.ts";
import type { GuestSpawner } from "./host/guest_spawner.ts";
import type { RelayAddress } from "./relay/relay_address.ts";

/** Where the code of an isolated module is, and who starts it. */
export interface IsolatedSource {
  readonly specifier: string;
  /** Starts processes in place of this one, if there is somebody. */
  readonly relay: RelayAddress | undefined;
}

/**
 * The module of a section that wants it isolated. If it comes in the place of a `predecessor` whose queues are kept, it is given what
 * that one's guest has not begun.
 */
export async function isolatedModule(
  config: ModuleConfig,
  source: IsolatedSource,
  log: Log,
  predecessor?: Module & Partial<Pick<GuestModule, "leftovers">>,
): Promise<GuestModule> {
  const keep = config.onFailure === "restart";
  const options = await guestOptions(config, source, log);
  return await guestModule({ ...options, keep }, predecessor?.leftovers);
}

/** The class of buses of a section that wants its bus isolated. */
export async function isolatedBusClass(
  config: BusConfig,
  source: IsolatedSource,
  { log, onEnded }: { log: Log; onEnded: (error: unknown) => void },
): Promise<IsolatedBusClass> {
  const { isolatedBus } = await import("./host/isolated_bus.ts");
  const options = await guestOptions(config, source, log);
  return await isolatedBus(options, onEnded);
}

async function guestOptions(
  config: ModuleConfig | BusConfig,
  { specifier, relay }: IsolatedSource,
  log: Log,
): Promise<GuestOptions> {
  return {
    id: config.id,
    specifier,
    integrity: config.integrity,
    spawner: await spawnerOf(config.isolation, relay),
    grants: grantsOfModule(config)!,
    limits: config.limits,
    log,
    keep: false,
  };
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
