import { guestFiles } from "@caryatid/process/internal/isolation";
import { filePath } from "@caryatid/process/internal/platform";
import { grantsOf } from "../permissions/grants.ts";
import { importFlag } from "../project/import_hosts.ts";
import { TextLineStream } from "../deno/lines.ts";
import { forwardSignals } from "../run/signals.ts";
import { projectFlags } from "../project/project.ts";
import { runProgramUrl } from "../run/run_program.ts";
import { lookedUpVariables } from "../run/variables.ts";
import { denoCommand } from "../deno/deno_command.ts";
import { isIsolated, type Part } from "../inspection/inspection.ts";
import type { CheckedConfig } from "../review/checked_config.ts";
import { withoutReload } from "../run/deno_args.ts";
import { readAudit, type Use } from "./audit.ts";
import { GrantedCopies } from "./granted_copies.ts";
import { readTopics, type TopicUse } from "./topic_use.ts";
import { auditVariables, broadFlags, WatchedGuests } from "./watched_guests.ts";

/** Options of {@linkcode watchedRun}. */
export interface WatchOptions {
  /**
   * Time after which the process is stopped, in milliseconds; never unless set.
   */
  readonly time?: number | undefined;
  /** Flags of Deno that control where code comes from. */
  readonly flags: readonly string[];
  /**
   * Hosts that code may be imported from, in addition to those of the
   * configuration.
   */
  readonly allowImport?: readonly string[] | undefined;
  /** Empty folder for the audit files. */
  readonly folder: string;
  /** True if isolated parts run without a jail, on the files themselves. */
  readonly isUnjailed: boolean;
  /** Receives each line of standard output. */
  readonly onOutput: (line: string) => void;
}

/** Record of a run. */
export interface Watched {
  /** Permissions that the process requested. */
  readonly uses: readonly Use[];
  /** Permissions that each isolated part requested in its own process. */
  readonly guests: ReadonlyMap<Part, readonly Use[]>;
  /**
   * Topics that each module used, by its id; undefined if the run ended before
   * the monitor wrote them.
   */
  readonly topics: ReadonlyMap<string, TopicUse> | undefined;
  readonly exitCode: number;
}

/**
 * Time after the stop deadline until the process is killed, in milliseconds.
 */
const GRACE = 5_000;

/**
 * Runs a configuration with everything that can be granted until it ends.
 * Returns a record of the run.
 */
export async function watchedRun(
  checked: CheckedConfig,
  files: readonly string[],
  options: WatchOptions,
): Promise<Watched> {
  const { folder, flags, isUnjailed } = options;
  const copies = isUnjailed ? undefined : await copiesFor(checked, folder);
  await using guests = new WatchedGuests(checked, folder, flags, copies);
  const exitCode = await run(checked, files, guests.address, options);
  const own = [
    ...[folder, ...guests.address ? [guests.address.path] : []],
    ...guestFolder(),
  ];
  const uses = async (audit: string) =>
    (await readUses(audit)).filter(({ value = "" }) =>
      !own.some((path) => value.replace(/^unix:/, "").startsWith(path))
    );
  const ofGuests = new Map<Part, readonly Use[]>();
  for (const [part, audits] of guests.audits) {
    ofGuests.set(part, (await Promise.all(audits.map(uses))).flat());
  }
  return {
    uses: await uses(`${folder}/audit`),
    guests: ofGuests,
    topics: await readTopics(`${folder}/topics`),
    exitCode,
  };
}

/**
 * Returns the folder of the first code of guests, if it is local: Deno searches
 * it for the code that the guest receives.
 */
function guestFolder(): string[] {
  return guestFiles().filter((url) => url.startsWith("file:"))
    .map((url) => filePath(new URL(".", url)));
}

async function copiesFor(
  { parts }: CheckedConfig,
  folder: string,
): Promise<GrantedCopies> {
  const path = `${folder}/copies`;
  await Deno.mkdir(path);
  return await GrantedCopies.make(parts.filter(isIsolated), path);
}

/** Returns no uses if a guest was not started. */
async function readUses(path: string): Promise<Use[]> {
  try {
    const audit = await Deno.open(path);
    return await readAudit(audit.readable.pipeThrough(new TextLineStream()));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

async function run(
  checked: CheckedConfig,
  files: readonly string[],
  relay: WatchedGuests["address"],
  { time, flags, allowImport = [], folder, onOutput }: WatchOptions,
): Promise<number> {
  await Deno.writeTextFile(`${folder}/audit`, "");
  const { process, envPrefix } = checked.config;
  const child = denoCommand([
    ...["run", "--no-prompt", ...projectFlags(checked.project)],
    ...withoutReload(flags),
    "--v8-flags=--stack-trace-limit=100",
    ...broadFlags(`${folder}/none`),
    ...importFlags(checked, allowImport),
    runProgramUrl(checked.parts, {
      process,
      envPrefix,
      variables: lookedUpVariables(checked),
      lifeline: true,
      relay,
    }),
    ...files,
  ], {
    env: {
      ...auditVariables(`${folder}/audit`),
      [`${envPrefix}_MONITOR__OUTPUT`]: `${folder}/topics`,
    },
    // Nothing is ever written: the process stops when this program has ended,
    // in whatever way.
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  using _signals = forwardSignals(() => child);
  using _timer = stopAfter(child, time, checked.config.stopDeadline);
  for await (const line of child.stdout.pipeThrough(new TextLineStream())) {
    if (line !== "") onOutput(line);
  }
  const { code } = await child.status;
  await child.stdin.close().catch(() => {}); // the other end is closed
  return code;
}

function importFlags(
  checked: CheckedConfig,
  more: readonly string[],
): string[] {
  const own = grantsOf(checked).filter(({ kind }) => kind === "import");
  const hosts = own.map(({ value }) => value);
  return importFlag({ hosts, more, only: checked.config.importHosts });
}

function stopAfter(
  child: Deno.ChildProcess,
  time: number | undefined,
  deadline: number,
): Disposable {
  const stop = () => child.kill("SIGTERM");
  const kill = () => child.kill("SIGKILL");
  const timers = time === undefined
    ? []
    : [setTimeout(stop, time), setTimeout(kill, time + deadline + GRACE)];
  return {
    [Symbol.dispose]() {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
