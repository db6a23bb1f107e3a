import type { Pipes } from "../pipe_link.ts";

/** Read at once, at most. */
const PIECE = 256 * 1024;

/** The pipes of a host to a guest process. */
export function childPipes(child: Deno.ChildProcess): Pipes {
  // Into memory of ours: what Deno else takes anew for each read cost a quarter of the rate of requests.
  const reader = (child.stdout as ReadableStream<Uint8Array<ArrayBuffer>>)
    .getReader({ mode: "byob" });
  const writer = child.stdin.getWriter();
  let piece = new Uint8Array(PIECE);
  return {
    async read() {
      const { done, value } = await reader.read(piece);
      if (done) return null;
      piece = new Uint8Array(value.buffer);
      return value;
    },
    write: (bytes) => writer.write(bytes),
    close() {
      // Both fail where the process is gone already.
      reader.cancel().catch(() => {});
      writer.close().catch(() => {});
    },
  };
}
