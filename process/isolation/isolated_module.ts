import type { Log, Module } from "@caryatid/sdk";
import type { BusConfig, ModuleConfig } from "../config/process_config.ts";
import { grantsOfModule } from "../rights/grants.ts";
import { type GuestModule, guestModule } from "./host/guest_module.ts";
import type { GuestOptions } from "./host/guest_options.ts";
import type { IsolatedBusClass } from "./host/isolated_bus.ts";
import type { GuestSpawner } from "./host/guest_spawner.ts";
import type { RelayAddress } from "./relay/relay_address.ts";

/** Location of an isolated module's code, and the starter of its process. */
export interface IsolatedSource {
  readonly specifier: string;
  /** Program that starts processes for this one, if any. */
  readonly relay: RelayAddress | undefined;
  /** True if Deno runs with `--no-prompt`. */
  readonly noPrompt: boolean;
  /** True if the process traces. */
  readonly traced: boolean;
}

/**
 * Returns the module of a section with isolation. If it replaces a
 * `predecessor` whose queues are kept, it receives the deliveries that the
 * earlier guest has not begun.
 */
export async function isolatedModule(
  config: ModuleConfig,
  source: IsolatedSource,
  log: Log,
  predecessor?: Module & Partial<Pick<GuestModule, "leftovers">>,
): Promise<GuestModule> {
  const keep = config.onFailure === "restart";
  const { mayBlock } = config;
  const options = await guestOptions(config, source, log);
  return await guestModule(
    { ...options, keep, mayBlock, traced: source.traced },
    predecessor?.leftovers,
  );
}

/** Returns the class of buses of a section with isolation. */
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
  { specifier, ...host }: IsolatedSource,
  log: Log,
): Promise<GuestOptions> {
  return {
    id: config.id,
    specifier,
    integrity: config.integrity,
    jail: config.jail,
    spawner: await spawnerOf(config.isolation, host),
    grants: grantsOfModule(config)!,
    limits: config.limits,
    log,
    keep: false,
  };
}

/** Loads only the used spawner. */
async function spawnerOf(
  isolation: ModuleConfig["isolation"],
  { relay, noPrompt }: Pick<IsolatedSource, "relay" | "noPrompt">,
): Promise<GuestSpawner> {
  if (isolation === "worker") {
    const { workerSpawner } = await import("./host/worker_spawner.ts");
    if (relay === undefined) return workerSpawner(noPrompt);
    const { relayedSealer } = await import("./relay/relayed_sealer.ts");
    return workerSpawner(noPrompt, relayedSealer(relay));
  }
  if (relay) {
    return (await import("./relay/relay_spawner.ts")).relaySpawner(relay);
  }
  return (await import("./host/process_spawner.ts")).processSpawner;
}
