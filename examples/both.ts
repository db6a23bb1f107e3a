/**
 * Runs a program once for each of its halves, in processes of their own, until Ctrl-C ends them all:
 *
 *     deno run --allow-run=deno examples/both.ts examples/simple/rabbitmq.ts subscriber publisher
 *
 * The name of the half stands in front of each line that it prints. A half may use the network and read the variables
 * `CARYATID_…`, nothing else. When one ends by itself, the others are ended too.
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
