import { workerPermissions } from "../../rights/grants_deno.ts";
import { type Port, PortLink } from "../wire/port_link.ts";
import {
  checkNoBroker,
  commandLine,
  configFiles,
  configFlag,
  mayRunDeno,
  readable,
  readableVariable,
} from "./environment.ts";
import {
  guestName,
  type GuestOrder,
  type GuestSpawner,
  sealedProgram,
  type SpawnedGuest,
  unsealedProgram,
} from "./guest_spawner.ts";
import { sealGuest } from "./sealed_guest.ts";
import { CaryatidError } from "@caryatid/sdk";
import type { SealedProgram } from "../sealing/sealed_code.ts";

export type { SealedProgram };

/** Seals the code of a worker in another program. */
export type WorkerSealer = (order: GuestOrder) => Promise<SealedProgram>;

/**
 * Starts guests in workers of this process.
 *
 * @param noPrompt true if Deno runs with `--no-prompt`, which a program cannot
 * see
 * @param sealer seals the code if this program may not run Deno. Without it,
 * the worker imports its code itself, and no data.
 */
export function workerSpawner(
  noPrompt: boolean,
  sealer?: WorkerSealer,
): GuestSpawner {
  return {
    isolation: "worker",
    async spawn(order: GuestOrder): Promise<SpawnedGuest> {
      const name = guestName(order);
      checkNoBroker(name);
      if (!noPrompt && await mayPrompt()) throw promptError(name);
      await checkWorkerOptions(name);
      const sealed = await sealedWorker(order, sealer);
      if (sealed === undefined) warnUnsealed(order);
      const program = sealed
        ? sealedProgram(sealed.loader, "worker", order)
        : unsealedProgram(order);
      return startWorker(program, workerOptions(order), sealed?.frame);
    },
  };
}

/** Returns undefined if no program that may run Deno can seal the code. */
async function sealedWorker(
  order: GuestOrder,
  sealer: WorkerSealer | undefined,
): Promise<SealedProgram | undefined> {
  if (sealer !== undefined) return await sealer(order);
  if (!mayRunDeno()) return undefined;
  return await sealGuest({ ...order, inWorker: true }, [await configFlag()]);
}

let isWarned = false;

function warnUnsealed({ onWarning }: GuestOrder): void {
  if (isWarned) return;
  isWarned = true;
  onWarning(
    "workers run without a sealed graph, because this program may not run " +
      "deno: they cannot import data or computed names",
  );
}

/**
 * Starts a worker that runs this code as a guest. The code has to keep the
 * protocol of the bridge, or its host ends the worker.
 *
 * @param frame sealed graph, which sealed code receives first
 */
export function startWorker(
  code: string,
  options: WorkerOptions,
  frame?: Uint8Array,
): SpawnedGuest {
  const worker = new Worker(code, options);
  if (frame !== undefined) worker.postMessage(frame);
  const ended = Promise.withResolvers<string>();
  worker.onerror = (event) => {
    event.preventDefault(); // else this process would end
    ended.resolve(event.message);
  };
  worker.onmessageerror = () =>
    ended.resolve("it sent a message that cannot be decoded");
  return {
    link: new PortLink(worker as unknown as Port),
    ended: ended.promise,
    kill() {
      worker.terminate();
      return Promise.resolve();
    },
  };
}

/** Returns the options of Deno, which the types of the platform do not know. */
function workerOptions({ id, grants }: GuestOrder): WorkerOptions {
  const deno = { permissions: workerPermissions(grants) };
  return { type: "module", name: id, deno } as WorkerOptions;
}

const FLAG = "--unstable-worker-options";

let checked: Promise<boolean> | undefined;

/**
 * Checks that Deno has the flag for worker permissions. Without the flag, a
 * worker with permissions ends the whole process with exit code 70, which
 * cannot be caught. The flag is looked for in the command line and in files of
 * configuration.
 *
 * Rejects with `GUEST_REFUSED` if the flag is certainly missing.
 */
async function checkWorkerOptions(name: string): Promise<void> {
  if (await (checked ??= mayHaveFlag())) return;
  throw new CaryatidError(
    "GUEST_REFUSED",
    `Cannot start ${name} in a worker: Deno was started without ${FLAG}`,
    {
      hint: `Start it with deno run ${FLAG} …, or set "unstable": ` +
        '["worker-options"] in deno.json; ' +
        "caryatid run adds it.",
    },
  );
}

/** Returns true if a worker may prompt at the terminal for a permission. */
async function mayPrompt(): Promise<boolean> {
  if (!Deno.stdin.isTerminal()) return false;
  if (readableVariable("DENO_NO_PROMPT") !== undefined) return false;
  return !(await commandLine())?.includes("--no-prompt");
}

function promptError(name: string): CaryatidError {
  return new CaryatidError(
    "GUEST_REFUSED",
    `Cannot start ${name} in a worker: Deno would prompt at this ` +
      "terminal for permissions that the module is not granted",
    {
      hint:
        "Start it with deno run --no-prompt …, or with DENO_NO_PROMPT=1 if " +
        "this program may read that variable; caryatid run does it.",
    },
  );
}

/**
 * Returns true if the flag is set, and also if that is unknown: then Deno
 * itself reports a missing flag.
 */
async function mayHaveFlag(): Promise<boolean> {
  const words = await commandLine();
  if (words === undefined) return true;
  if (words.includes(FLAG) || words.includes("--unstable")) return true;
  for (const file of configFiles(words)) {
    const text = await readable(file);
    if (text === undefined) return true;
    if (/"worker-options"/.test(text)) return true;
  }
  return false;
}
