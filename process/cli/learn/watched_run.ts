import { grantsOf } from "../grants.ts";
import { importFlag } from "../import_hosts.ts";
import { TextLineStream } from "../inspection/lines.ts";
import { passOnSignals } from "../pass_on_signals.ts";
import { projectFlags } from "../project.ts";
import { runProgramUrl } from "../run_program.ts";
import type { Part, Subject } from "../subject.ts";
import { readAudit, type Use } from "./audit.ts";
import { readTopics, type TopicUse } from "./topic_use.ts";
import { WatchedGuests } from "./watched_guests.ts";
import { auditVariables, broadFlags } from "./watched_program.ts";

/** How a configuration is run to be watched. */
export interface WatchOptions {
  /** When it is asked to stop, in milliseconds; undefined is never. */
  readonly time?: number | undefined;
  /** Flags of Deno that say where code comes from. */
  readonly flags: readonly string[];
  /** Hosts that code may be imported from, besides those of the configuration. */
  readonly allowImport?: readonly string[] | undefined;
  /** Where it is written down what it does. Empty. */
  readonly folder: string;
  /** Is told each line that it prints. */
  readonly hear: (line: string) => void;
}

/** What a run did. */
export interface Watched {
  /** What it asked Deno for. */
  readonly uses: readonly Use[];
  /** What each that is isolated asked for, in its own process. */
  readonly guests: ReadonlyMap<Part, readonly Use[]>;
  /** What each module did on the bus, by its id; undefined where that wasn't written. */
  readonly topics: ReadonlyMap<string, TopicUse> | undefined;
  readonly exitCode: number;
}

/** Time beyond the stop deadline until one that doesn't stop is killed, in milliseconds. */
const GRACE = 5_000;

/** Runs a configuration with all that modules may be granted, until it ends, and gives what it did. */
export async function watchedRun(
  subject: Subject,
  files: readonly string[],
  options: WatchOptions,
): Promise<Watched> {
  const { folder, flags } = options;
  await using guests = new WatchedGuests(subject, folder, flags);
  const exitCode = await run(subject, files, guests.address, options);
  const own = [folder, ...guests.address ? [guests.address.path] : []];
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

/** None where a guest wasn't started. */
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
  subject: Subject,
  files: readonly string[],
  relay: WatchedGuests["address"],
  { time, flags, allowImport = [], folder, hear }: WatchOptions,
): Promise<number> {
  await Deno.writeTextFile(`${folder}/audit`, "");
  const { process } = subject.config;
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-prompt", ...projectFlags(subject.project)],
      // Looking into the modules has reloaded them.
      ...flags.filter((flag) => flag !== "--reload"),
      "--v8-flags=--stack-trace-limit=100",
      ...broadFlags(`${folder}/none`),
      ...importFlags(subject, allowImport),
      runProgramUrl(subject.parts, { process, lifeline: true, relay }),
      ...files,
    ],
    env: {
      ...auditVariables(`${folder}/audit`),
      CARYATID_MONITOR__OUTPUT: `${folder}/topics`,
    },
    clearEnv: true,
    // Its lifeline: nothing is ever written, and it stops when this program has ended, however that was.
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  using _signals = passOnSignals(() => child);
  using _timer = stopAfter(child, time, subject.config.stopDeadline);
  for await (const line of child.stdout.pipeThrough(new TextLineStream())) {
    if (line !== "") hear(line);
  }
  const { code } = await child.status;
  await child.stdin.close().catch(() => {}); // the other end is gone
  return code;
}

function importFlags(subject: Subject, more: readonly string[]): string[] {
  const own = grantsOf(subject).filter(({ kind }) => kind === "import");
  const hosts = own.map(({ value }) => value);
  return importFlag({ hosts, more, only: subject.config.importHosts });
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
