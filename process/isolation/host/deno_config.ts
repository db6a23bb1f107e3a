import { filePath } from "../../cli/file_urls.ts";

const COMMAND_LINE = "/proc/self/cmdline";

/** The words that Deno was started with; undefined where that can't be known. */
export async function commandLine(): Promise<readonly string[] | undefined> {
  const line = await readable(COMMAND_LINE);
  return line === "" ? undefined : line?.split("\0");
}

/** Where Deno may have taken its configuration from. */
export function* configFiles(words: readonly string[]): Iterable<URL | string> {
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

/** The file that Deno takes its configuration from, as far as this program may know: a guest's imports are resolved by it, too. */
export async function configFile(): Promise<string | undefined> {
  for (const file of configFiles(await commandLine() ?? [])) {
    const text = await readable(file);
    if (text) return file instanceof URL ? filePath(file) : file;
  }
  // In a checkout it is known without looking; a registry's packages need none.
  return import.meta.url.startsWith("file:")
    ? filePath(new URL("../../deno.json", import.meta.url))
    : undefined;
}

/** The text of a file, "" where there is none, undefined where this program may not know. */
export async function readable(
  path: string | URL,
): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    return error instanceof Deno.errors.NotFound ? "" : undefined;
  }
}
