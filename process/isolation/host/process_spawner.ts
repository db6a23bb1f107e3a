import { CaryatidError } from "@caryatid/sdk";
import { importHost } from "../../config/import_hosts.ts";
import type { ModuleGrants } from "../../config/process_config.ts";
import { guestFlags } from "../grants_deno.ts";
import { PipeLink } from "../pipe_link.ts";
import { childPipes } from "../stdio_pipes.ts";
import { configFile } from "./deno_config.ts";
import { checkNoBroker, readableVariable } from "./environment.ts";
import {
  entryOf,
  type GuestOrder,
  type GuestSpawner,
  type SpawnedGuest,
} from "./guest_spawner.ts";

/** Of the host's environment Deno itself needs these to find its cache and registries. The guest can't read them without a grant. */
const DENO_NEEDS = [
  ...["DENO_DIR", "HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"],
  ...["JSR_URL", "NPM_CONFIG_REGISTRY"],
];
/** What is written beside the bridge, at most. */
const MOST_OUTPUT = 64 * 1024;
/** V8 leaves room for what isn't on its heap. */
const HEAP_PART = 0.75;

/** Starts guests in processes of their own. */
export const processSpawner: GuestSpawner = {
  isolation: "process",
  async spawn(order: GuestOrder): Promise<SpawnedGuest> {
    checkNoBroker(order.id);
    await checkMayRun(order.id);
    return spawned(command(order, await configFile()).spawn(), order);
  },
};

async function checkMayRun(id: string): Promise<void> {
  const command = Deno.execPath();
  const { state } = await Deno.permissions.query({ name: "run", command });
  if (state === "granted") return;
  throw new CaryatidError(
    "GUEST_REFUSED",
    `Cannot start module "${id}" in a process of its own: this program may ` +
      "not run deno",
    {
      hint: "grant --allow-run=deno, which equals every permission: " +
        "run nothing in this process itself that isn't trusted",
    },
  );
}

function command(
  order: GuestOrder,
  config: string | undefined,
): Deno.Command {
  const heap = Math.max(16, Math.floor(order.memory * HEAP_PART / 2 ** 20));
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      `--location=http://${locationOf(order.id)}.guest.invalid/`,
      `--v8-flags=--max-old-space-size=${heap}`,
      ...(config === undefined ? ["--no-config"] : [`--config=${config}`]),
      ...guestFlags(order.grants),
      importFlag(order.specifier),
      entryOf("process", order),
    ],
    clearEnv: true,
    env: environmentOf(order.grants),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });
}

/**
 * What stands in imports of the module may come from where itself comes from, and from JSR. Some flag has to be there: without one
 * Deno allows hosts of its own choice, and `--deny-import` alone changes nothing.
 */
function importFlag(specifier: string): string {
  const registry = readableVariable("JSR_URL") ?? "https://jsr.io";
  const hosts = [registry, specifier, import.meta.url]
    .filter((url) => /^https?:/.test(url) && URL.canParse(url))
    .map((url) => importHost(new URL(url)));
  return `--allow-import=${hosts.join()}`;
}

/** Storage is kept by location: each guest has its own. */
function locationOf(id: string): string {
  return id.toLowerCase().replace(/[^a-z0-9-]/g, "-");
}

function environmentOf({ env = [] }: ModuleGrants): Record<string, string> {
  const variables: Record<string, string> = {
    NO_COLOR: "1",
    DENO_NO_UPDATE_CHECK: "1",
  };
  for (const name of [...DENO_NEEDS, ...env]) {
    const value = name.includes("*") ? undefined : readableVariable(name);
    if (value !== undefined) variables[name] = value;
  }
  return variables;
}

function spawned(child: Deno.ChildProcess, order: GuestOrder): SpawnedGuest {
  const output = tellOutput(child.stderr, order.onOutput);
  let killed: Promise<void> | undefined;
  const link = new PipeLink(childPipes(child), order.mostBatch);
  return {
    link,
    ended: child.status.then(async ({ code, signal }) => {
      const last = await output;
      const how = signal ? `it was ended by ${signal}` : `it exited ${code}`;
      return last === "" ? how : `${how}: ${last}`;
    }),
    memory: () => residentMemory(child.pid),
    kill() {
      return killed ??= (async () => {
        link.close();
        try {
          child.kill("SIGKILL");
        } catch {
          // It has ended by itself.
        }
        await child.status;
        await output;
      })();
    },
  };
}

/** Tells it by lines, and gives the last one. */
async function tellOutput(
  stderr: ReadableStream<Uint8Array>,
  onOutput: (text: string) => void,
): Promise<string> {
  let left = MOST_OUTPUT;
  let last = "";
  for await (
    const piece of stderr.pipeThrough(
      new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>,
    )
  ) {
    const text = piece.slice(0, left);
    left -= text.length;
    for (const line of text.split("\n")) {
      if (line.trim() === "") continue;
      last = line.trim();
      onOutput(line);
    }
  }
  return last;
}

/** Where the system tells, and this program may know. */
function residentMemory(pid: number): number | undefined {
  try {
    const [, pages] = Deno.readTextFileSync(`/proc/${pid}/statm`).split(" ");
    return Number(pages) * 4096;
  } catch {
    return undefined; // another system, or no permission: the guest tells itself
  }
}
