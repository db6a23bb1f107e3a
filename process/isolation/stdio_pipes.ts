import type { Pipes } from "./pipe_link.ts";

/** Read at once, at most. */
const PIECE = 256 * 1024;

/** The pipes of a guest process to its host. */
export function stdioPipes(): Pipes {
  const piece = new Uint8Array(PIECE);
  const { stdin, stdout } = Deno;
  return {
    async read() {
      const length = await stdin.read(piece);
      return length === null ? null : piece.subarray(0, length);
    },
    // It waits where the host doesn't read: that is its back-pressure.
    write(bytes) {
      for (let at = 0; at < bytes.length;) {
        at += stdout.writeSync(bytes.subarray(at));
      }
    },
    close() {
      stdin.close();
    },
  };
}

/** The pipes of a host to a guest process. */
export function childPipes(child: Deno.ChildProcess): Pipes {
  const reader = child.stdout.getReader();
  const writer = child.stdin.getWriter();
  return {
    async read() {
      const { done, value } = await reader.read();
      return done ? null : value;
    },
    write: (bytes) => writer.write(bytes),
    close() {
      // Both fail where the process is gone already.
      reader.cancel().catch(() => {});
      writer.close().catch(() => {});
    },
  };
}
