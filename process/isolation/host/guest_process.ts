import type { ModuleGrants } from "../../config/process_config.ts";
import { DENO_KINDS } from "../../rights/grants.ts";
import { guestFlags } from "../../rights/grants_deno.ts";
import { jailFor, type JailOrder, startInJail } from "../jail/jail.ts";
import type { JailedProcess } from "../jail/jailed_process.ts";
import type { Pipes } from "../wire/pipe_link.ts";
import {
  certificateFiles,
  guestEnvironment,
  readableVariable,
} from "./environment.ts";
import { RateLimit } from "./rate_limit.ts";
import { startUnjailed } from "./unjailed_process.ts";
import { type GuestOrder, sealedProgram } from "./guest_spawner.ts";
import type { SealedCode } from "../sealing/sealed_code.ts";
import type { SealOrder } from "./sealed_guest.ts";
import { MemoryWatch, tooMuchMemory } from "../../platform/memory_watch.ts";

/**
 * Maximum lines of standard error that are passed on in one second, and bytes.
 */
const MAX_LINES = 100;
const MAX_OUTPUT = 64 * 1024;
/** Maximum bytes of standard error that are read in one second. */
const MAX_READ = 1024 * 1024;
/** Maximum length of one line. */
const MAX_LINE = 4096;
/**
 * Part of the memory that V8's heap may use. The rest is for memory outside it.
 */
const HEAP_PART = 0.75;
/** Path that cannot exist: such a guest has no cache of Deno. */
const NO_FOLDER = Deno.build.os === "windows" ? "NUL\\none" : "/dev/null/none";

/** Options of {@linkcode startGuestProcess}. */
export interface ProcessOrder extends SealOrder, Omit<GuestOrder, "mostBatch"> {
  /**
   * Returns flags that replace the grants of the guest, and further variables,
   * so that the permissions that the guest uses can be recorded. Called at each
   * start.
   */
  readonly watched?: (() => WatchedStart) | undefined;
}

/** Flags and variables of a guest whose use of permissions is recorded. */
export interface WatchedStart {
  readonly flags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Changes of its jail; without them the guest runs in none. */
  readonly jail?: WatchedJail | undefined;
}

/** Jail of a guest whose use of permissions is recorded. */
export interface WatchedJail {
  /** Folder that the record is written to. */
  readonly folder: string;
  /** Copies of the paths that the guest may write, by these paths. */
  readonly copies: ReadonlyMap<string, string>;
}

/** A process that a guest runs in. */
export interface GuestProcess {
  /** Name of its jail, or "none" with the reason. */
  readonly jail: string;
  readonly pipes: Pipes;
  /** Resolves with the reason when the process has ended. */
  readonly ended: Promise<string>;
  /** Kills the process. A second call has no further effect. */
  kill(): Promise<void>;
}

/**
 * Starts the process of a guest, in a jail if the order wants one and the
 * machine has one.
 *
 * @param sealed code of the guest, which it reads first
 * @throws {Error} if a required jail is missing; the message says what is
 * missing
 */
export async function startGuestProcess(
  order: ProcessOrder,
  sealed: SealedCode,
): Promise<GuestProcess> {
  const { child, jail } = await startProcess(order, sealed);
  const sent = Promise.resolve(child.pipes.write(sealed.frame));
  sent.catch(() => {}); // the end of the guest says why
  const output = readOutput(child.stderr, order.onOutput, child.status);
  let why: string | undefined;
  const watch = child.pid === undefined ? undefined : new MemoryWatch({
    pid: child.pid,
    most: order.memory,
    onTooMuch(taken) {
      why = tooMuchMemory(taken, order.memory);
      child.kill();
    },
  });
  let killed: Promise<void> | undefined;
  return {
    jail,
    pipes: child.pipes,
    ended: child.status.then(async ({ code, signal }) => {
      watch?.[Symbol.dispose]();
      const last = await output;
      if (why !== undefined) return why;
      const how = signal ? `it was ended by ${signal}` : `it exited ${code}`;
      return last === "" ? how : `${how}: ${last}`;
    }),
    kill() {
      return killed ??= (async () => {
        child.kill();
        await child.status;
        await output;
      })();
    },
  };
}

async function startProcess(
  order: ProcessOrder,
  sealed: SealedCode,
): Promise<{ readonly child: JailedProcess; readonly jail: string }> {
  const watched = order.watched?.();
  const env = {
    ...environmentOf(order.grants),
    ...watched?.env,
    DENO_DIR: sealed.packages?.folder ?? NO_FOLDER,
    // The copies of packages have the place of this registry.
    NPM_CONFIG_REGISTRY: "https://registry.npmjs.org/",
  };
  const args = denoArgs(order, sealed, watched);
  const jailOrder: JailOrder = {
    env,
    code: sealed.packages === undefined ? [] : [sealed.packages.folder],
    grants: {
      ...order.grants,
      ...watched?.jail && withRecord(order.grants, watched.jail),
      authorities: certificateFiles(env),
    },
    mode: watched && !watched.jail ? "off" : order.jail,
    memory: order.memory,
    onWarning: order.onWarning,
  };
  const { jail, name } = await jailFor(
    jailOrder,
    readableVariable("PATH"),
  );
  const child = jail
    ? await startInJail(jail, jailOrder, args)
    : startUnjailed(args, env);
  return { child, jail: name };
}

/** Adds the folder of the record, which Deno writes for a watched guest. */
function withRecord(
  { write = [] }: ModuleGrants,
  { folder, copies }: WatchedJail,
): Pick<JailOrder["grants"], "write" | "copies"> {
  return { write: [...write, folder], copies };
}

function denoArgs(
  order: ProcessOrder,
  sealed: SealedCode,
  watched: WatchedStart | undefined,
): string[] {
  const heap = Math.max(16, Math.floor(order.memory * HEAP_PART / 2 ** 20));
  const { packages } = sealed;
  return [
    "run",
    "--quiet",
    `--location=http://${locationOf(order)}.guest.invalid/`,
    `--v8-flags=--max-old-space-size=${heap}`,
    // The sealed graph answers all imports. Deno finds packages in their copy.
    ...["--no-config", "--no-remote", "--cached-only"],
    ...packages === undefined
      // Without a folder, trying to open a cache of code takes 3 ms.
      ? ["--no-npm", "--no-lock", "--no-code-cache"]
      : [`--lock=${packages.lock}`, "--frozen"],
    ...watched?.flags ?? guestFlags(order.grants),
    // a watched guest is granted more than its order says
    sealedProgram(sealed.loader, "process", order, watched && DENO_KINDS),
  ];
}

/**
 * Returns the host name of the guest's location. Deno keeps storage by
 * location.
 */
function locationOf({ kind, id }: ProcessOrder): string {
  const name = kind === "module" ? id : `${id}.${kind}`;
  return name.toLowerCase().replace(/[^a-z0-9.-]/g, "-");
}

function environmentOf({ env = [] }: ModuleGrants): Record<string, string> {
  const variables = guestEnvironment();
  for (const name of env) {
    const value = name.includes("*") ? undefined : readableVariable(name);
    if (value !== undefined) variables[name] = value;
  }
  return variables;
}

/**
 * Passes on the lines of a guest's standard error at a limited rate. Resolves
 * with the last line.
 */
async function readOutput(
  stderr: AsyncIterable<Uint8Array>,
  onOutput: (text: string) => void,
  ended: Promise<unknown>,
): Promise<string> {
  const limit = new RateLimit({
    lines: MAX_LINES,
    bytes: MAX_OUTPUT,
    onSuppressed: (count) =>
      onOutput(`suppressed ${count} lines of the last second`),
  });
  let last = "";
  const pass = (line: string) => {
    if (line.trim() === "") return;
    last = line.trim();
    if (limit.take(line.length)) onOutput(line);
  };
  let rest = "";
  const decoder = new TextDecoder();
  for await (const piece of stderr) {
    const text = decoder.decode(piece, { stream: true });
    const lines = (rest + text).split("\n");
    rest = lines.pop()!.slice(0, MAX_LINE);
    for (const line of lines) pass(line.slice(0, MAX_LINE));
    // A guest that writes faster waits: reading its lines takes time as well.
    if (limit.bytes > MAX_READ) await pause(limit.left, ended);
  }
  pass(rest);
  limit.close();
  return last;
}

/** Resolves after `time` milliseconds, or when `ended` resolves. */
async function pause(time: number, ended: Promise<unknown>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, time);
  await Promise.race([promise, ended]);
  clearTimeout(timer);
}
