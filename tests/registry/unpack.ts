import assert from "node:assert/strict";

/** Unpacks a gzipped tar into a folder, with the system's own `tar`. */
export async function unpack(
  archive: ReadableStream<Uint8Array>,
  folder: string,
): Promise<void> {
  const tar = new Deno.Command("tar", {
    args: ["-xzf", "-", "-C", folder],
    stdin: "piped",
    stderr: "piped",
  }).spawn();
  await archive.pipeTo(tar.stdin);
  const { success, stderr } = await tar.output();
  assert(success, new TextDecoder().decode(stderr));
}
