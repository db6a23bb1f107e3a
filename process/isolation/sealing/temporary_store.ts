/** Temporary folders for copies of packages, which end with this program. */
const stores = new Set<string>();

let isKept = false;
let current: Promise<string> | undefined;

/**
 * Returns a folder for copies of packages if Deno's cache cannot be written.
 * This program removes the folder at its end.
 */
export function temporaryStore(): Promise<string> {
  return current ??= create();
}

/**
 * Uses this folder, or a new one, and leaves it to the caller of this program.
 */
export function lendTemporaryStore(folder: string | undefined): void {
  isKept = true;
  current = folder === undefined ? undefined : Promise.resolve(folder);
}

/** Returns the folder of {@linkcode adoptTemporaryStore}. */
export function adoptedStore(): string | undefined {
  const [first] = stores;
  return first;
}

/**
 * Removes a folder that another program has made, at the end of this program,
 * which may have no permission to write: Deno is started for it.
 */
export function adoptTemporaryStore(folder: string): void {
  if (stores.has(folder)) return;
  if (stores.size === 0) addEventListener("unload", removeAdopted);
  stores.add(folder);
}

async function create(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "caryatid-" });
  if (!isKept) {
    addEventListener(
      "unload",
      () => Deno.removeSync(folder, { recursive: true }),
    );
  }
  return folder;
}

function removeAdopted(): void {
  const code = `for (const folder of ${JSON.stringify([...stores])}) ` +
    "Deno.removeSync(folder, { recursive: true });";
  new Deno.Command(Deno.execPath(), {
    args: ["eval", code],
    clearEnv: true,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).outputSync();
}
