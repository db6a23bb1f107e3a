import { InMemoryBus } from "@caryatid/sdk/bus";
import { guestModule } from "../../../process/isolation/host/guest_module.ts";
import type { Jail } from "../../../process/config/process_config.ts";
import type { GuestSpawner } from "../../../process/isolation/host/guest_spawner.ts";
import { processSpawner } from "../../../process/isolation/host/process_spawner.ts";
import { workerSpawner } from "../../../process/isolation/host/worker_spawner.ts";
import { ModuleContext } from "@caryatid/sdk/internal/host";

export type Isolation = GuestSpawner["isolation"];

const NONE = {
  net: undefined,
  read: undefined,
  write: undefined,
  env: undefined,
  publish: undefined,
  subscribe: undefined,
  request: undefined,
  handle: undefined,
  groups: undefined,
};

const LIMITS = {
  memory: 512 * 2 ** 20,
  startDeadline: 10_000,
  publishRate: 0,
  messageSize: 2 ** 20,
  heartbeat: 3_000,
};

/** A running guest and its bus in memory. */
export interface RunningGuest extends AsyncDisposable {
  readonly bus: InMemoryBus;
}

/**
 * Starts the module of the benchmark as a guest, in a worker or a process.
 * Resolves when its subscription is ready.
 */
export async function startGuest(
  isolation: Isolation,
  jail: Jail = "auto",
): Promise<RunningGuest> {
  const bus = new InMemoryBus();
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const module = await guestModule({
    id: "bench",
    specifier: new URL("./subject.ts", import.meta.url).href,
    spawner: isolation === "worker" ? workerSpawner(false) : processSpawner,
    grants: NONE,
    jail,
    limits: LIMITS,
    log,
    keep: false,
  });
  await module.config!["~standard"].validate({});
  const context = new ModuleContext({ id: "bench", bus, log });
  await module.init(context, {});
  await context.ready();
  context.begin();
  return {
    bus,
    async [Symbol.asyncDispose]() {
      await context.close();
      await context.ended();
      await bus.close();
    },
  };
}
