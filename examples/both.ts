/**
 * Runs a program once for each of its halves, each in a separate process, until
 * Ctrl-C ends all of them:
 *
 * ```sh
 * deno run --allow-run=deno examples/both.ts examples/simple/rabbitmq.ts \
 *   subscriber publisher
 * ```
 *
 * Each line of output begins with the name of its half. A half may use the
 * network and read the variables `CARYATID_…`, nothing else. If one ends, the
 * others are ended too.
 *
 * @module
 */
import { denoPart, runTogether } from "./together.ts";

const [program, ...names] = Deno.args;
if (program === undefined || names.length === 0) {
  // deno-lint-ignore no-console -- it is the program's output
  console.error("usage: both.ts <program> <half>…");
  Deno.exit(2);
}
Deno.exitCode = await runTogether(
  names.map((name) => denoPart(name, program, [name])),
);
