import { CaryatidError } from "@caryatid/sdk";

const FLAG = "--unstable-worker-options";
const COMMAND_LINE = "/proc/self/cmdline";

let checked: Promise<boolean> | undefined;

/**
 * Deno ends the whole process with 70 where a worker is given permissions without a flag: nothing can catch that. So it is looked
 * for where it can be seen: in the command line, or a deno.json.
 *
 * Rejects with `GUEST_REFUSED` where it is missing for sure.
 */
export async function checkWorkerOptions(id: string): Promise<void> {
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

/** True also where nobody can tell: then Deno itself says it. */
async function mayHaveFlag(): Promise<boolean> {
  const line = await readable(COMMAND_LINE);
  if (line === undefined) return true;
  const words = line.split("\0");
  if (words.includes(FLAG) || words.includes("--unstable")) return true;
  for (const file of configFiles(words)) {
    const text = await readable(file);
    if (text === undefined) return true;
    if (/"worker-options"/.test(text)) return true;
  }
  return false;
}

/** Where Deno may have taken its configuration from. */
function* configFiles(words: readonly string[]): Iterable<URL | string> {
  const named = words.findIndex((word) => /^(-c|--config)(=|$)/.test(word));
  if (named >= 0) {
    yield words[named]!.split("=")[1] ?? words[named + 1] ?? "deno.json";
    return;
  }
  const start = Deno.mainModule.startsWith("file:")
    ? new URL(".", Deno.mainModule)
    : new URL(`file://${Deno.cwd()}/`);
  for (let folder = start;; folder = new URL("..", folder)) {
    for (const name of ["deno.json", "deno.jsonc"]) yield new URL(name, folder);
    if (folder.pathname === "/") return;
  }
}

/** The text of a file, "" where there is none, undefined where this program may not know. */
async function readable(path: string | URL): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    return error instanceof Deno.errors.NotFound ? "" : undefined;
  }
}
