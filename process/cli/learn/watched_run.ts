import { grantsOf, isolationFlags } from "../grants.ts";
import { importFlag } from "../import_hosts.ts";
import { safeEnvironment } from "../inspection/child.ts";
import { TextLineStream } from "../inspection/lines.ts";
import { passOnSignals } from "../pass_on_signals.ts";
import { projectFlags } from "../project.ts";
import { runProgramUrl } from "../run_program.ts";
import type { Subject } from "../subject.ts";
import { readAudit, type Use } from "./audit.ts";
import { readTopics, type TopicUse } from "./topic_use.ts";

/** How a configuration is run to be watched. */
export interface WatchOptions {
  /** When it is asked to stop, in milliseconds; undefined is never. */
  readonly time?: number | undefined;
  /** Flags of Deno that say where code comes from. */
  readonly flags: readonly string[];
  /** Hosts that code may be imported from, besides those of the configuration. */
  readonly allowImport?: readonly string[] | undefined;
  /** Is told each line that it prints. */
  readonly hear: (line: string) => void;
}

/** What a run did. */
export interface Watched {
  /** What it asked Deno for. */
  readonly uses: readonly Use[];
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
  const folder = await Deno.makeTempDir({ prefix: "caryatid_learn_" });
  try {
    const exitCode = await run(subject, files, folder, options);
    const audit = await Deno.open(`${folder}/audit`);
    const lines = audit.readable.pipeThrough(new TextLineStream());
    return {
      uses: (await readAudit(lines)).filter(({ value }) =>
        !value?.startsWith(folder)
      ),
      topics: await readTopics(`${folder}/topics`),
      exitCode,
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function run(
  subject: Subject,
  files: readonly string[],
  folder: string,
  { time, flags, allowImport = [], hear }: WatchOptions,
): Promise<number> {
  await Deno.writeTextFile(`${folder}/audit`, "");
  const { process } = subject.config;
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-prompt", ...projectFlags(subject.project)],
      // Looking into the modules has reloaded them.
      ...flags.filter((flag) => flag !== "--reload"),
      "--v8-flags=--stack-trace-limit=100",
      ...isolationFlags(subject),
      ...broadFlags(folder),
      ...runFlags(subject),
      ...importFlags(subject, allowImport),
      runProgramUrl(subject.parts, { process, lifeline: true }),
      ...files,
    ],
    env: {
      ...safeEnvironment(),
      DENO_AUDIT_PERMISSIONS: `${folder}/audit`,
      DENO_TRACE_PERMISSIONS: "1",
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

/**
 * All that the sections of modules can grant. Something is denied of each kind: under a bare flag Deno doesn't tell the port that
 * `fetch` connects to, and tells that what is only read is written.
 */
function broadFlags(folder: string): string[] {
  return [
    ...["--allow-net", "--deny-net=255.255.255.255:1"],
    ...["--allow-read", `--deny-read=${folder}/none`],
    ...["--allow-write", `--deny-write=${folder}/none`],
    "--allow-env",
  ];
}

/** Who has a process of its own has it started. */
function runFlags(subject: Subject): string[] {
  const own = grantsOf(subject).filter(({ kind }) => kind === "run");
  return own.length === 0 ? [] : [`--allow-run=${own[0]!.value}`];
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
