/**
 * Makes attempts with all permissions of Deno, so that only the jail stops
 * them. Reads one name per line, and answers each with one line.
 *
 * @module
 */
import type { Context } from "@caryatid/sdk";
import { createInterface } from "node:readline";
import { stdin } from "node:process";
import type { Outcome } from "./attacker.ts";
import type { Ground } from "./attempt.ts";
import { ATTEMPTS } from "./attempts/all.ts";

const ground: Ground = JSON.parse(Deno.args[0]!);
/** Attempts at topics are not made here. */
const CONTEXT = {} as Context;

// Errors that follow an attempt must not end the later ones.
for (const kind of ["error", "unhandledrejection"]) {
  addEventListener(kind, (event) => event.preventDefault());
}

for await (const name of createInterface({ input: stdin })) {
  const outcome = JSON.stringify(await tryOut(name));
  Deno.stdout.writeSync(new TextEncoder().encode(`${outcome}\n`));
}
Deno.exit(0); // an attempt may have left resources open

async function tryOut(name: string): Promise<Outcome> {
  try {
    const got = await ATTEMPTS.get(name)!.attempt!(ground, CONTEXT);
    return got === undefined ? ["nothing"] : ["got", `${got}`.slice(0, 2_000)];
  } catch (error) {
    return ["refused", `${error}`.slice(0, 300)];
  }
}
