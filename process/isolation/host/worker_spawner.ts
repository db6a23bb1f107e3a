import { workerPermissions } from "../grants_deno.ts";
import { type Port, PortLink } from "../port_link.ts";
import { checkNoBroker } from "./environment.ts";
import {
  entryOf,
  guestName,
  type GuestOrder,
  type GuestSpawner,
  type SpawnedGuest,
} from "./guest_spawner.ts";
import { checkWorkerOptions } from "./worker_options.ts";

/** Starts guests in workers of this process. */
export const workerSpawner: GuestSpawner = {
  isolation: "worker",
  async spawn(order: GuestOrder): Promise<SpawnedGuest> {
    checkNoBroker(guestName(order));
    await checkWorkerOptions(guestName(order));
    return startWorker(entryOf("worker", order), workerOptions(order));
  },
};

/** A guest that is the worker of this code, which keeps the bridge's protocol or is ended. */
export function startWorker(
  code: string,
  options: WorkerOptions,
): SpawnedGuest {
  const worker = new Worker(code, options);
  const ended = Promise.withResolvers<string>();
  worker.onerror = (event) => {
    event.preventDefault(); // else this process would end
    ended.resolve(event.message);
  };
  worker.onmessageerror = () => ended.resolve("it sent what can't be read");
  return {
    link: new PortLink(worker as unknown as Port),
    ended: ended.promise,
    kill() {
      worker.terminate();
      return Promise.resolve();
    },
  };
}

/** Deno's own; the types of the platform don't know them. */
function workerOptions({ id, grants }: GuestOrder): WorkerOptions {
  const deno = { permissions: workerPermissions(grants) };
  return { type: "module", name: id, deno } as WorkerOptions;
}
