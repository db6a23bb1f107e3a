import { isControlled } from "./attempt.ts";
import { ATTEMPTS, IN_JAIL } from "./attempts/all.ts";
import { type Lot, MARK, type Report, TYPED } from "./lot.ts";
import { Registry } from "./registry.ts";

const HOST = new URL("host.ts", import.meta.url).href;
const JAIL_HOST = new URL("jail_host.ts", import.meta.url).href;
const ISOLATIONS: readonly Lot["isolation"][] = ["none", "worker", "process"];
/** Control codes for a terminal, or a log record that a guest forged. */
// deno-lint-ignore no-control-regex
const CODES = /[\x1b\x9b\u202e]|^ERR host: forged/m;

/** Results of all attempts. */
export interface Outcomes {
  /** Reports by isolation, then by the name of the attempt. */
  readonly reports: ReadonlyMap<string, ReadonlyMap<string, Report>>;
  /** Paths of requests to the registry; each begins with the isolation. */
  readonly asked: readonly string[];
}

/**
 * Makes all attempts in the given isolations. Harmless attempts share one
 * guest; each other one has a separate host. Fills `folder`, which the caller
 * removes.
 *
 * @param isMade selects attempts by name (all)
 */
export async function runLots(
  folder: string,
  isolations: readonly Lot["isolation"][] = ISOLATIONS,
  isMade: (name: string) => boolean = () => true,
): Promise<Outcomes> {
  await using registry = new Registry();
  const reports = new Map(
    isolations.map((isolation) => [isolation, new Map<string, Report>()]),
  );
  const lots = isolations.flatMap((isolation) =>
    lotsOf(isolation, isMade).map((names) => ({ isolation, names }))
  ).map((lot, i) => ({ ...lot, folder: `${folder}/${i}` }));
  const run = async () => {
    for (let lot = lots.shift(); lot; lot = lots.shift()) {
      for (const report of await runLot(lot, registry)) {
        reports.get(lot.isolation)!.set(report.name, report);
      }
    }
  };
  // One more than the number of cores, since some lots only wait.
  const length = navigator.hardwareConcurrency + 1;
  await Promise.all(Array.from({ length }, run));
  return { reports, asked: registry.asked };
}

/** Returns lots of names of attempts that can share a guest. */
function lotsOf(
  isolation: Lot["isolation"],
  isMade: (name: string) => boolean,
): string[][] {
  const lots = new Map<string, string[]>();
  for (const [name, attempt] of ATTEMPTS) {
    if (!isMade(name)) continue;
    if (isolation === "none" && !isControlled(attempt)) continue;
    if (isolation === "jail" && !IN_JAIL.has(name)) continue;
    const { alone, grants = {} } = attempt;
    const key = alone
      ? name
      : isolation === "none"
      ? ""
      : JSON.stringify(grants);
    lots.set(key, [...lots.get(key) ?? [], name]);
  }
  return [...lots.values()];
}

async function runLot(lot: Lot, registry: Registry): Promise<Report[]> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--allow-all", "--no-prompt", "--no-lock"],
      ...["--unstable-worker-options", "--v8-flags=--max-old-space-size=128"],
      ...[lot.isolation === "jail" ? JAIL_HOST : HOST, JSON.stringify(lot)],
    ],
    env: {
      NO_COLOR: "1",
      ESCAPE_SECRET: "secret",
      ESCAPE_GRANTED: "granted",
      ...await registry.variables(lot),
    },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  await input.write(new TextEncoder().encode(TYPED));
  await input.close();
  const { code, signal, stdout, stderr } = await child.output();
  const [printed, logged] = [stdout, stderr].map((bytes) =>
    new TextDecoder().decode(bytes)
  ) as [string, string];
  const how = signal ?? `code ${code}`;
  if (how !== "code 0" && how !== "SIGINT") {
    return missing(lot, readReports(printed), `${how}: ${logged.slice(-300)}`);
  }
  const reports = readReports(printed);
  if (lot.names.length > 1 || !CODES.test(printed + logged)) return reports;
  return reports.map((report) => ({
    ...report,
    result: "open",
    said: "control codes reach the terminal",
  }));
}

function readReports(printed: string): Report[] {
  return printed.split("\n")
    .filter((line) => line.includes(MARK))
    .map((line) => JSON.parse(line.slice(line.indexOf(MARK) + MARK.length)));
}

/**
 * Reports as open the attempt at which the host ended: the first one without a
 * report.
 */
function missing(
  { names }: Lot,
  reports: readonly Report[],
  how: string,
): Report[] {
  const name = names[names.length === 1 ? 0 : reports.length];
  if (name === undefined) return [...reports];
  return [...reports, { name, result: "open", said: `the host ends, ${how}` }];
}
