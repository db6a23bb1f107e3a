/**
 * `deno task bench [name…]`: how fast it is, beside a peer in the same run. A name is a suite or one of its cases.
 *
 * Times assert nothing; only a wrong result ends a run with an error.
 *
 * @module
 */
import { cli } from "./cli/suite.ts";
import { conditions, load } from "./conditions.ts";
import { core } from "./core/suite.ts";
import { type Case, measure, type Suite } from "./harness.ts";
import { interop } from "./interop/suite.ts";
import { isolation } from "./isolation/suite.ts";
import { modules } from "./modules/suite.ts";
import { rabbitMq } from "./rabbitmq/suite.ts";
import { rest } from "./rest/suite.ts";
import { startup } from "./startup/suite.ts";

const SUITES: readonly Suite[] = [
  core,
  startup,
  rabbitMq,
  modules,
  rest,
  cli,
  isolation,
  interop,
];

/** What a child of this program is given before the name of the one case it measures. */
const HERE = "--here";

function help(): string {
  const suites = SUITES.map(({ name, about, cases }) =>
    [`  ${name}: ${about}`, ...cases.map((one) => `    ${full(name, one)}`)]
      .join("\n")
  );
  return `deno task bench [name…]

Without names it runs every suite. A name is one of:
${suites.join("\n")}`;
}

function full(suite: string, { name }: Case): string {
  return `${suite}/${name}`;
}

/** Cases by full name, of one suite or one case. */
function find(name: string): readonly string[] {
  return SUITES.flatMap((suite) =>
    suite.cases.map((one) => full(suite.name, one)).filter((each) =>
      name === suite.name || name === each
    )
  );
}

/** Each case in a process of its own: what one teaches the compiler, or leaves on the heap, is not the next one's. */
async function runApart(name: string): Promise<boolean> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--v8-flags=--expose-gc", import.meta.filename!],
      ...[HERE, name],
    ],
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  return success;
}

async function runHere(name: string): Promise<void> {
  for (const suite of SUITES) {
    const one = suite.cases.find((each) => full(suite.name, each) === name);
    if (one) write(await measure(one));
  }
}

async function runAll(names: readonly string[]): Promise<number> {
  const wanted = names.length > 0 ? names : SUITES.map(({ name }) => name);
  const unknown = wanted.filter((name) => find(name).length === 0);
  if (unknown.length > 0) {
    write(`Cannot bench "${unknown.join('", "')}"\n\n${help()}`);
    return 2;
  }
  write(await conditions());
  const failed: string[] = [];
  for (const name of new Set(wanted.flatMap(find))) {
    if (!await runApart(name)) failed.push(name);
  }
  for (const { name, note } of SUITES) {
    if (note && wanted.includes(name)) write(`note: ${note}`);
  }
  write(load());
  if (failed.length > 0) write(`gave wrong results: ${failed.join(", ")}`);
  return failed.length > 0 ? 1 : 0;
}

function write(text: string): void {
  // deno-lint-ignore no-console -- it is the program's output
  console.log(text);
}

const names = Deno.args;
if (names.includes("--help")) write(help());
else if (names[0] === HERE) await runHere(names[1]!);
else Deno.exit(await runAll(names));
