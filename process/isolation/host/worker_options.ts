import { CaryatidError } from "@caryatid/sdk";
import { readableVariable } from "./environment.ts";
import { commandLine, configFiles, readable } from "./deno_config.ts";

const FLAG = "--unstable-worker-options";

let checked: Promise<boolean> | undefined;

/**
 * Deno ends the whole process with 70 where a worker is given permissions without a flag: nothing can catch that. So it is looked
 * for where it can be seen: in the command line, or a deno.json.
 *
 * Rejects with `GUEST_REFUSED` where it is missing for sure.
 */
export async function checkWorkerOptions(id: string): Promise<void> {
  if (await mayPrompt()) throw promptError(id);
  if (await (checked ??= mayHaveFlag())) return;
  throw new CaryatidError(
    "GUEST_REFUSED",
    `Cannot start module "${id}" in a worker: Deno was started without ${FLAG}`,
    {
      hint:
        `deno run ${FLAG} …, or "unstable": ["worker-options"] in deno.json; ` +
        "caryatid run adds it",
    },
  );
}

/** A worker asks whoever sits at the terminal for what it isn't granted. */
async function mayPrompt(): Promise<boolean> {
  if (!Deno.stdin.isTerminal()) return false;
  if (readableVariable("DENO_NO_PROMPT") !== undefined) return false;
  return !(await commandLine())?.includes("--no-prompt");
}

function promptError(id: string): CaryatidError {
  return new CaryatidError(
    "GUEST_REFUSED",
    `Cannot start module "${id}" in a worker: Deno would ask at this ` +
      "terminal for what the module isn't granted",
    {
      hint: "deno run --no-prompt …, or DENO_NO_PROMPT=1 where this program " +
        "may read that variable; caryatid run does it",
    },
  );
}

/** True also where nobody can tell: then Deno itself says it. */
async function mayHaveFlag(): Promise<boolean> {
  const words = await commandLine();
  if (words === undefined) return true;
  if (words.includes(FLAG) || words.includes("--unstable")) return true;
  for (const file of configFiles(words)) {
    const text = await readable(file);
    if (text === undefined) return true;
    if (/"worker-options"/.test(text)) return true;
  }
  return false;
}
