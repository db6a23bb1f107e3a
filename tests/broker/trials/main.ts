// deno-lint-ignore-file no-console -- prints its table
/**
 * Trials of operations with real processes and private brokers: `deno task
 * trials [--write] [NAME…]`. Prints a table; `--write` writes it to
 * docs/evidence/operations.md.
 */
import { fileURLToPath } from "node:url";
import { PrivateBroker } from "../private_broker.ts";
import { findRabbitMQ, rabbitMQVersion } from "../rabbitmq_installation.ts";
import * as trials from "./trials.ts";

const PAGE = new URL("../../../docs/evidence/operations.md", import.meta.url);

const all: Readonly<Record<string, trials.Trial>> = {
  rolling: trials.rollingDeploy,
  restarts: trials.restarts,
  backlog: trials.backlog,
  kills: trials.brokerKills,
  deletions: trials.deletions,
  full: trials.fullQueue,
};

const names = Deno.args.filter((arg) => !arg.startsWith("--"));
const installation = findRabbitMQ();
if (typeof installation === "string") {
  console.error(`Cannot run the trials: ${installation}`);
  Deno.exit(1);
}
const [load] = Deno.loadavg();
const began = performance.now();
const outcomes: trials.Outcome[] = [];
for (const name of names.length > 0 ? names : Object.keys(all)) {
  const trial = all[name];
  if (trial === undefined) {
    console.error(
      `Cannot run "${name}": expected ${Object.keys(all).join(", ")}`,
    );
    Deno.exit(2);
  }
  await using broker = await PrivateBroker.start();
  for (const outcome of await trial(broker)) {
    outcomes.push(outcome);
    console.log(line(outcome));
  }
}
const seconds = Math.round((performance.now() - began) / 1_000);
const [major, minor] = rabbitMQVersion(installation);
const table = [
  "| Trial | Result | Held |",
  "| --- | --- | --- |",
  ...outcomes.map(line),
].join("\n");
if (Deno.args.includes("--write")) {
  await Deno.writeTextFile(PAGE, page());
  const args = ["fmt", "--quiet", fileURLToPath(PAGE)];
  await new Deno.Command(Deno.execPath(), { args }).spawn().status;
}
console.log(`${seconds} s`);
Deno.exit(outcomes.every(({ held }) => held) ? 0 : 1);

function line({ trial, result, held }: trials.Outcome): string {
  return `| ${trial} | ${result} | ${held ? "yes" : "no"} |`;
}

function page(): string {
  const others = load! < 1
    ? ""
    : ", so other programs may have used the cores as well";
  return `# Operations on RabbitMQ

Written by \`deno task trials --write\`. Each trial runs services in separate
processes on a private broker, and does what operators and accidents do. The
last run took ${seconds} s with RabbitMQ ${major}.${minor} and Deno ${Deno.version.deno} on ${navigator.hardwareConcurrency} cores;
the load average was ${load!.toFixed(1)} when it began${others}.
Times and rates depend on the machine and on what else it does; lost messages,
failed requests and exit codes must not.

${table}
`;
}
