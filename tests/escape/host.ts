/**
 * Runs a lot of attempts in one guest next to another guest, and prints the
 * result of each.
 *
 * @module
 */
import { Process } from "@caryatid/process";
import { type Attempt, permissionsOf } from "./attempt.ts";
import type { Outcome } from "./attacker.ts";
import { ATTEMPTS } from "./attempts/all.ts";
import { interrupt, isBusy } from "./afterwards.ts";
import { WatchedGround } from "./ground.ts";
import { type Lot, MARK, OF_HOST, type Report, TYPED } from "./lot.ts";
import { writeModule } from "./write_module.ts";

/** Seconds after which an attempt without an answer has no effect. */
const PATIENCE = 60;

/** Outcome of an attempt, whose guest may have ended. */
type End = Outcome | readonly ["ended", why: string];

const text = new TextEncoder();
const lot: Lot = JSON.parse(Deno.args[0]!);
const hasWalls = lot.isolation === "walls";
const attempts = lot.names.map((name) => ATTEMPTS.get(name)!);
const watched = await WatchedGround.make(lot.folder, TYPED);
const process = await Process.create({
  config: await configOf(attempts[0]!),
  base: import.meta.url,
});
const strays = countStrays();

if (await starts()) { for (const attempt of attempts) await tryOut(attempt); }
Deno.exit(0); // ends timers and guests that still run

async function configOf(attempt: Attempt) {
  const own = attempt.module === undefined
    ? new URL("attacker.ts", import.meta.url).href
    : await writeModule(watched.ground, attempt);
  const isolation = hasWalls ? "process" : lot.isolation;
  const guest = { isolation, "on-failure": "ignore" };
  return {
    log: { level: "info" },
    // Each protection must hold without the others.
    isolation: { jail: hasWalls ? "required" : "off" },
    module: {
      neighbour: {
        ...guest,
        import: "./neighbour.ts",
        permissions: { handle: ["secret.ask"] },
      },
      attacker: {
        ...guest,
        import: own,
        ground: watched.ground,
        ...isolation !== "none" && {
          permissions: permissionsOf(attempt, watched.ground),
          limits: limitsOf(attempt),
        },
      },
    },
  };
}

function limitsOf({ alone, startDeadline, heartbeat }: Attempt) {
  return {
    ...alone && lot.isolation !== "worker" && { memory: 160 },
    ...startDeadline && { "start-deadline": startDeadline },
    ...heartbeat && { heartbeat },
  };
}

/** Returns false if the module failed to load, which decides its attempt. */
async function starts(): Promise<boolean> {
  try {
    await process.start();
    return true;
  } catch (error) {
    const { message } = error as Error;
    const gone = /no sign of life|to start|MiB of memory/.test(message);
    await judge(attempts[0]!, [gone ? "ended" : "refused", message]);
    return false;
  }
}

async function tryOut(attempt: Attempt): Promise<void> {
  const { context } = process;
  const { name, patience = PATIENCE } = attempt;
  const end = await context.request("attempt", name, {
    timeout: patience * 1000,
  }).then(
    (outcome) => outcome as Outcome,
    (error): End => ["ended", `${error}`],
  );
  await judge(attempt, end);
  if (end[0] === "ended" && attempts.length > 1) {
    throw new Error(`"${name}" ends its guest: set alone`);
  }
  await context.request("secret.ask", 1, { timeout: PATIENCE * 1000 });
}

/** Prints the result of an attempt before the next one can start. */
async function judge(attempt: Attempt, end: End): Promise<void> {
  const { name, afterwards, grants } = attempt;
  const stray = await watched.noticed();
  const found = [
    ...stray.filter((what) => !(grants?.write && what.startsWith("granted/"))),
    ...strays.splice(0),
  ];
  if (end[0] === "got" && !isHarmless(attempt, end[1])) found.push(end[1]);
  if (afterwards === "looks at its load" && await isBusy()) {
    found.push("a core is busy");
  }
  const result = found.length > 0
    ? "open"
    : end[0] === "refused"
    ? "refused"
    : "contained";
  print({ name, result, said: found.join(", ") || `${end[1] ?? "nothing"}` });
  if (afterwards !== "interrupts itself") return;
  await interrupt(); // ends this process, if all is well
  print({ name, result: "open", said: "the host keeps running after SIGINT" });
}

/** True if what an attempt obtained in the jail is not of the host. */
function isHarmless({ harmless }: Attempt, said: string): boolean {
  const { pid } = watched.ground;
  return hasWalls && harmless === true && !OF_HOST.test(said) &&
    !said.split(" ").includes(`${pid}`);
}

function print(report: Report): void {
  Deno.stdout.writeSync(text.encode(`${MARK}${JSON.stringify(report)}\n`));
}

/** Collects messages on topics that the attacker has no right to. */
function countStrays(): string[] {
  const found: string[] = [];
  const received = process.context.subscribe("secret.x");
  (async () => {
    for await (const { topic } of received) found.push(`a message on ${topic}`);
  })();
  return found;
}
