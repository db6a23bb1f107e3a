import { CaryatidError } from "@caryatid/sdk";
import { nearest } from "../../config/nearest.ts";
import { onStopSignal } from "../../signals.ts";
import { fetchGuestCode } from "../guest_code.ts";
import { lastingUrls } from "../lasting_files.ts";
import { openRelay } from "../open_relay.ts";
import { limitedSubject } from "../limited_subject.ts";
import { denoArgs } from "../run_args.ts";
import { showProblems } from "../show_problems.ts";
import { readSubject, type Subject, type SubjectOptions } from "../subject.ts";
import { STOP_GRACE } from "../stop_grace.ts";
import { workerSources } from "../worker_sources.ts";
import { coloured, type Terminal } from "../terminal.ts";
import { KeptProcess, LATE, WRONG_CONFIG } from "./kept_process.ts";
import { MergedLog } from "./merged_log.ts";

/** What `up` takes besides its files. */
export interface UpOptions extends Omit<SubjectOptions, "process"> {
  /** Names of the processes to start (all). */
  readonly only?: readonly string[] | undefined;
}

/**
 * `caryatid up FILE…`: starts every process of the files, merges their logs, restarts what dies, and stops all in the reverse order.
 * Nothing starts if anything is wrong. Gives the exit code: the gravest of 2, 3, 1 and 0.
 */
export async function up(
  terminal: Terminal,
  files: readonly string[],
  options: UpOptions = {},
): Promise<number> {
  const subject = await readSubject(lastingUrls(files), options);
  showProblems(terminal, subject.problems, subject.notices);
  if (subject.problems.length > 0) return WRONG_CONFIG;
  const processes = processesOf(subject, files[0]!, options.only);
  const { log, stopDeadline } = subject.config;
  const merged = new MergedLog(terminal, {
    names: [...processes.keys()],
    format: log.format,
    colours: Deno.stdout.isTerminal() && !Deno.noColor,
  });
  await fetchGuestCode(subject, options);
  const sources = await workerSources(subject, options);
  await using relays = new AsyncDisposableStack();
  const common = runOptions(options);
  const kept = [...processes].map(([name, own]) => {
    const relay = relays.use(openRelay(own, common))?.address;
    return new KeptProcess({
      args: denoArgs(own, files, { ...common, relay, sources }),
      stopDeadline: stopDeadline + STOP_GRACE,
      printed: (line) => merged.printed(name, line),
      complained: (line) => merged.complained(name, line),
    });
  });
  return await keepAll(terminal, kept);
}

/** Each process by its name, in the order of the file; a file that isn't divided is one, with the file's name. */
export function processesOf(
  subject: Subject,
  file: string,
  only?: readonly string[],
): Map<string, Subject> {
  const { processes } = subject.config;
  const all = new Map(
    processes.map(({ name }) => [name, limitedSubject(subject, name)]),
  );
  if (all.size === 0) all.set(fileName(file), subject);
  for (const name of only ?? []) if (!all.has(name)) throw unknown(name, all);
  return only === undefined
    ? all
    : new Map([...all].filter(([name]) => only.includes(name)));
}

function fileName(file: string): string {
  const name = file.split(/[/\\]/).at(-1)!.replace(/\.toml$/, "");
  return name.replace(/[^\w.-]/g, "-") || "service";
}

function unknown(
  name: string,
  all: ReadonlyMap<string, Subject>,
): CaryatidError {
  const meant = nearest(name, all.keys());
  return new CaryatidError(
    "INVALID_OPTION",
    `Cannot start only "${name}": wanted one of ${[...all.keys()].join(", ")}`,
    meant === undefined ? {} : { hint: `did you mean "${meant}"?` },
  );
}

function runOptions({ flags, allowImport }: UpOptions) {
  const grants = allowImport?.map((hosts) => `--allow-import=${hosts}`);
  return { flags, grants, lifeline: true };
}

async function keepAll(
  terminal: Terminal,
  kept: readonly KeptProcess[],
): Promise<number> {
  let stopping: Promise<void> | undefined;
  const stop = () => stopping ??= stopAll(kept);
  const forgetSignals = onStopSignal((signal) => {
    const text = `${signal} received, stopping all`;
    terminal.complain(coloured(terminal, "dim", text));
    stop();
  }, () => kept.forEach((one) => one.kill()));
  try {
    const ends = await Promise.allSettled(kept.map(async (one) => {
      try {
        const code = await one.keep();
        if (code === WRONG_CONFIG) stop();
        return code;
      } catch (error) {
        stop();
        throw error;
      }
    }));
    await stopping;
    const failed = ends.find(({ status }) => status === "rejected");
    if (failed) throw (failed as PromiseRejectedResult).reason;
    return gravest(ends.map((end) => (end as { value: number }).value));
  } finally {
    forgetSignals();
  }
}

/** One after the other: who was started last may need those before it while it finishes. */
async function stopAll(kept: readonly KeptProcess[]): Promise<void> {
  for (const one of kept.toReversed()) await one.stop();
}

function gravest(codes: readonly number[]): number {
  const others = codes.filter((code) => code !== 0);
  return [WRONG_CONFIG, LATE].find((code) => others.includes(code)) ??
    (others.length > 0 ? 1 : 0);
}
