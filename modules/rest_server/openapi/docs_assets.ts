/** Package of Swagger UI. The exact version makes pages equal everywhere. */
const PACKAGE = "swagger-ui-dist@5.35.0";
/** Size of the chunks for a client, in bytes. */
const CHUNK = 65_536;

const loaded = new Map<string, Promise<Uint8Array>>();

/** Loads a file of Swagger UI, once. */
export function loadAsset(name: string): Promise<Uint8Array> {
  let asset = loaded.get(name);
  if (asset === undefined) {
    asset = load(name).then((text) => new TextEncoder().encode(text));
    asset.catch(() => loaded.delete(name)); // a later call may find it
    loaded.set(name, asset);
  }
  return asset;
}

async function load(name: string): Promise<string> {
  if ("Deno" in globalThis) {
    // Loaded by a separate module, which tools that read imports ignore: a
    // program without the page does not download the package, and a binary has
    // no page. A text import needs no permission to read.
    const { load } = await import(
      "data:text/javascript,export const load = async (name, type) => (await import%28name, { with: { type } })).default"
    );
    // A text import alone does not make Deno look for the package.
    await load(`npm:${PACKAGE}/package.json`, "json");
    return await load(`npm:${PACKAGE}/${name}`, "text");
  }
  const { createRequire } = await import("node:module");
  const { readFile } = await import("node:fs/promises");
  const require = createRequire(import.meta.url);
  return await readFile(require.resolve(`swagger-ui-dist/${name}`), "utf8");
}

/** Returns a body of bytes that all clients share. */
export function byteStream(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      controller.enqueue(bytes.slice(at, at += CHUNK));
      if (at >= bytes.length) controller.close();
    },
  }, { highWaterMark: 0 });
}
