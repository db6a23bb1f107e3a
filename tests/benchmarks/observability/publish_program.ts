/**
 * Measures one variant in a separate process, as a program runs it: code that
 * several variants have used is compiled for all of them. Prints messages per
 * second of processor time. Arguments: the variant as JSON, and the number of
 * messages.
 *
 * @module
 */
import { publishRate } from "./variants.ts";

/** Share of the messages that warm up. */
const WARM_UP = 0.2;
const ROUNDS = 3;

const variant = JSON.parse(Deno.args[0]!);
const messages = Number(Deno.args[1]);
await publishRate(variant, messages * WARM_UP);
let best = 0;
for (let round = 0; round < ROUNDS; round++) {
  best = Math.max(best, await publishRate(variant, messages));
}
// deno-lint-ignore no-console -- it is the program's output
console.log(Math.round(best));
