/**
 * Runs a lot of attempts in a program with all permissions in a jail, and
 * prints the result of each.
 *
 * @module
 */
import { findJail } from "../../process/isolation/jail/find_jail.ts";
import { startInJail } from "../../process/isolation/jail/jail.ts";
import { type Attempt, permissionsOf } from "./attempt.ts";
import type { Outcome } from "./attacker.ts";
import { ATTEMPTS } from "./attempts/all.ts";
import { WatchedGround } from "./ground.ts";
import { type Lot, MARK, OF_HOST, type Report, TYPED } from "./lot.ts";

/** Files and folders of this checkout that the program needs. */
const CODE = [
  ...["deno.json", "cli/deno.json", "modules/deno.json"],
  ...["sdk", "process", "tests/escape"],
];

const lot: Lot = JSON.parse(Deno.args[0]!);
const attempts = lot.names.map((name) => ATTEMPTS.get(name)!);
await using watched = await WatchedGround.make(lot.folder, TYPED);
const encoder = new TextEncoder();
let attacker = await startAttacker();

for (const attempt of attempts) {
  await attacker.pipes.write(encoder.encode(`${attempt.name}\n`));
  const outcome = await readOutcome();
  await judge(attempt, outcome ?? ["nothing"]);
  if (outcome === undefined) attacker = await startAttacker();
}
attacker.kill();
Deno.exit(0);

async function startAttacker() {
  const jail = await findJail();
  if ("missing" in jail) throw new Error(jail.missing);
  const specifier = new URL("jailed_attacker.ts", import.meta.url).href;
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const projectFlags = [`--config=${config}`, "--no-lock"];
  const { HOME = "/", DENO_DIR = `${HOME}/.cache/deno` } = Deno.env.toObject();
  return await startInJail(jail, {
    env: { HOME, DENO_DIR },
    code: [
      ...CODE.map((path) => new URL(`../../${path}`, import.meta.url).pathname),
      ...["gen", "npm", "remote"].map((name) => `${DENO_DIR}/${name}`),
    ],
    mode: "required",
    memory: 512 * 2 ** 20,
    grants: permissionsOf(attempts[0]!, watched.ground),
    onWarning: () => {},
  }, [
    ...["run", "--quiet", "--allow-all", "--cached-only", ...projectFlags],
    ...[specifier, JSON.stringify(watched.ground)],
  ]);
}

/** Reads the outcome of an attempt. Returns undefined if the attacker ended. */
async function readOutcome(): Promise<Outcome | undefined> {
  let line = "";
  while (!line.endsWith("\n")) {
    const piece = await attacker.pipes.read();
    if (piece === null) return undefined;
    line += new TextDecoder().decode(piece);
  }
  return JSON.parse(line);
}

/**
 * Prints the result: `open` if the attempt changed or read data of the host.
 */
async function judge(
  { name, grants }: Attempt,
  [how, said = "nothing"]: Outcome,
): Promise<void> {
  const stray = (await watched.noticed()).filter((what) =>
    !(grants?.write && what.startsWith("granted/"))
  );
  const isOpen = stray.length > 0 || how === "got" && OF_HOST.test(said);
  const result = isOpen ? "open" : how === "refused" ? how : "contained";
  const report: Report = { name, result, said: [...stray, said].join(", ") };
  Deno.stdout.writeSync(encoder.encode(`${MARK}${JSON.stringify(report)}\n`));
}
