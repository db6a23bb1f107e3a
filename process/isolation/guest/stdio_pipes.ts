import { type InputSocket, openInputSocket } from "./input_socket.ts";
import type { Pipes } from "../pipe_link.ts";

/** Read at once, at most. */
const PIECE = 256 * 1024;
/** Reads after which it pays to load what reads faster: not while a guest starts. */
const SLOW_READS = 100;

/** The pipes of a guest process to its host. */
export function stdioPipes(): Pipes {
  const piece = new Uint8Array(PIECE);
  const { stdin, stdout } = Deno;
  let reads = 0;
  let socket: InputSocket | undefined;
  return {
    async read() {
      if (++reads === SLOW_READS) socket = await openInputSocket();
      if (socket) return socket.read();
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
      if (socket) socket.close();
      else stdin.close();
    },
  };
}
