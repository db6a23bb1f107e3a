import { importHost } from "../../config/import_hosts.ts";
import type { ModuleGrants } from "../../config/process_config.ts";
import { guestFlags } from "../grants_deno.ts";
import type { Pipes } from "../pipe_link.ts";
import { childPipes } from "./child_pipes.ts";
import { readableVariable } from "./environment.ts";
import { entryOf, type GuestOrder } from "./guest_spawner.ts";
import { MemoryWatch, tooMuchMemory } from "./memory_watch.ts";
import { tiedCommand } from "./tied_command.ts";

/** Of the host's environment Deno itself needs these to find its cache and registries. The guest can't read them without a grant. */
const DENO_NEEDS = [
  ...["DENO_DIR", "HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"],
  ...["JSR_URL", "NPM_CONFIG_REGISTRY"],
];
/** What is written beside the bridge, at most. */
const MOST_OUTPUT = 64 * 1024;
/** V8 leaves room for what isn't on its heap. */
const HEAP_PART = 0.75;

/** What a process of a guest is started with. */
export interface ProcessOrder extends Omit<GuestOrder, "mostBatch"> {
  /** Hosts that its imports may come from, besides its own and JSR. */
  readonly importHosts?: readonly string[];
  /** Gives what it is run with in place of its grants, where it is to be found out what it uses. Asked at each start. */
  readonly watched?: (() => WatchedStart) | undefined;
}

/** How a guest is run that is watched. */
export interface WatchedStart {
  readonly flags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** A process that a guest runs in. */
export interface GuestProcess {
  readonly pipes: Pipes;
  /** Resolves when it has ended, with what is known of that. */
  readonly ended: Promise<string>;
  /** Ends it, whatever it does. Harmless twice. */
  kill(): Promise<void>;
}

/** Starts one. `projectFlags` tell Deno what its imports are resolved by, and where they may come from. */
export function startGuestProcess(
  order: ProcessOrder,
  projectFlags: readonly string[],
): GuestProcess {
  const child = command(order, projectFlags).spawn();
  const output = tellOutput(child.stderr, order.onOutput);
  let why: string | undefined;
  const watch = new MemoryWatch({
    pid: child.pid,
    most: order.memory,
    onTooMuch(taken) {
      why = tooMuchMemory(taken, order.memory);
      killQuietly(child);
    },
  });
  let killed: Promise<void> | undefined;
  return {
    pipes: childPipes(child),
    ended: child.status.then(async ({ code, signal }) => {
      watch[Symbol.dispose]();
      const last = await output;
      if (why !== undefined) return why;
      const how = signal ? `it was ended by ${signal}` : `it exited ${code}`;
      return last === "" ? how : `${how}: ${last}`;
    }),
    kill() {
      return killed ??= (async () => {
        killQuietly(child);
        await child.status;
        await output;
      })();
    },
  };
}

function killQuietly(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

function command(
  order: ProcessOrder,
  projectFlags: readonly string[],
): Deno.Command {
  const watched = order.watched?.();
  const heap = Math.max(16, Math.floor(order.memory * HEAP_PART / 2 ** 20));
  const { command, args } = tiedCommand(Deno.execPath(), [
    "run",
    "--quiet",
    `--location=http://${locationOf(order)}.guest.invalid/`,
    `--v8-flags=--max-old-space-size=${heap}`,
    ...projectFlags,
    ...watched?.flags ?? guestFlags(order.grants),
    importFlag(order),
    entryOf("process", order),
  ]);
  return new Deno.Command(command, {
    args,
    clearEnv: true,
    env: { ...environmentOf(order.grants), ...watched?.env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
    // A terminal sends Ctrl-C to a whole group: its host is to stop it in good order.
    detached: true,
  });
}

/**
 * What stands in imports of the module may come from where itself comes from, from JSR, and from hosts that were named. Some flag has to be there: without one
 * Deno allows hosts of its own choice, and `--deny-import` alone changes nothing.
 */
function importFlag({ specifier, importHosts = [] }: ProcessOrder): string {
  const registry = readableVariable("JSR_URL") ?? "https://jsr.io";
  const hosts = [registry, specifier, import.meta.url]
    .filter((url) => /^https?:/.test(url) && URL.canParse(url))
    .map((url) => importHost(new URL(url)));
  return `--allow-import=${[...hosts, ...importHosts].join()}`;
}

/** Storage is kept by location: each guest has its own. */
function locationOf({ kind, id }: ProcessOrder): string {
  const name = kind === "module" ? id : `${id}.${kind}`;
  return name.toLowerCase().replace(/[^a-z0-9.-]/g, "-");
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
