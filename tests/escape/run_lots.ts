import { isControlled } from "./attempt.ts";
import { ATTEMPTS } from "./attempts/all.ts";
import { type Lot, MARK, type Report, TYPED } from "./lot.ts";
import { Registry } from "./registry.ts";

const HOST = new URL("host.ts", import.meta.url).href;
const ISOLATIONS = ["none", "worker", "process"] as const;
/** What a terminal would obey, or a record that no guest may write. */
// deno-lint-ignore no-control-regex
const CODES = /[\x1b\x9b\u202e]|^ERR host: forged/m;

/** What came of all attempts. */
export interface Outcomes {
  /** By the isolation, then by the name of the attempt. */
  readonly reports: ReadonlyMap<string, ReadonlyMap<string, Report>>;
  /** What registries were asked for, after the isolation. */
  readonly asked: readonly string[];
}

/** Has all attempts tried: harmless ones by one guest for all, others each with a host of their own. `folder` is used up. */
export async function runLots(folder: string): Promise<Outcomes> {
  await using registry = new Registry();
  const reports = new Map(
    ISOLATIONS.map((isolation) => [isolation, new Map<string, Report>()]),
  );
  const lots = ISOLATIONS.flatMap((isolation) =>
    lotsOf(isolation).map((names) => ({ isolation, names }))
  ).map((lot, i) => ({ ...lot, folder: `${folder}/${i}` }));
  const run = async () => {
    for (let lot = lots.shift(); lot; lot = lots.shift()) {
      for (const report of await runLot(lot, registry)) {
        reports.get(lot.isolation)!.set(report.name, report);
      }
    }
  };
  // One more than there are cores: some only wait.
  const length = navigator.hardwareConcurrency + 1;
  await Promise.all(Array.from({ length }, run));
  return { reports, asked: registry.asked };
}

/** Names of attempts that can share a guest. */
function lotsOf(isolation: Lot["isolation"]): string[][] {
  const lots = new Map<string, string[]>();
  for (const [name, attempt] of ATTEMPTS) {
    if (isolation === "none" && !isControlled(attempt)) continue;
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
      ...[HOST, JSON.stringify(lot)],
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
    said: "the terminal gets what it obeys",
  }));
}

function readReports(printed: string): Report[] {
  return printed.split("\n")
    .filter((line) => line.includes(MARK))
    .map((line) => JSON.parse(line.slice(line.indexOf(MARK) + MARK.length)));
}

/** The host has ended at the attempt after those that it could tell of. */
function missing(
  { names }: Lot,
  told: readonly Report[],
  how: string,
): Report[] {
  const name = names[names.length === 1 ? 0 : told.length];
  if (name === undefined) return [...told];
  return [...told, { name, result: "open", said: `the host ends, ${how}` }];
}
