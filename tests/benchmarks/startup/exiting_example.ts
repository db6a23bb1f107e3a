const EXAMPLE = new URL("../../../examples/simple/", import.meta.url);
const FILES = ["main.ts", "publisher.ts", "subscriber.ts", "caryatid.toml"];
/** Statement of the subscriber for each message. */
const RECEIVED = 'context.log.info("Received: {message}", { message });';
/** Statement that ends a program without the flag {@linkcode STAYS}. */
const EXIT = "if (globalThis.location === undefined) Deno.exit();";

/** Flag of Deno for a run of these files that does not exit. */
export const STAYS = "--location=http://stays.test/";

/**
 * Returns the files of `examples/simple`, changed to exit when the first
 * message is received, and an empty file.
 */
export async function exitingExample(): Promise<Record<string, string>> {
  const files: Record<string, string> = { "empty.ts": "" };
  for (const name of FILES) {
    files[name] = await Deno.readTextFile(new URL(name, EXAMPLE));
  }
  const subscriber = files["subscriber.ts"]!.replace(RECEIVED, EXIT);
  if (subscriber === files["subscriber.ts"]) {
    throw new Error("examples/simple/subscriber.ts logs no message");
  }
  return { ...files, "subscriber.ts": subscriber };
}

/**
 * Writes these files into a folder of this repository, so that its deno.json
 * counts, until this program ends. Returns the folder.
 */
export async function writeExample(): Promise<string> {
  const dir = new URL("./", import.meta.url).pathname;
  const folder = await Deno.makeTempDir({ dir, prefix: ".example_" });
  addEventListener("unload", () => {
    Deno.removeSync(folder, { recursive: true });
  });
  for (const [name, text] of Object.entries(await exitingExample())) {
    await Deno.writeTextFile(`${folder}/${name}`, text);
  }
  return folder;
}
