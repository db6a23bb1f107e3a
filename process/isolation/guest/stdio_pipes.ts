import type { Pipes } from "../wire/pipe_link.ts";

/** Maximum size of one read, in bytes. */
const PIECE = 256 * 1024;
/**
 * Number of reads after which the faster socket is loaded. Loading it while a
 * guest starts would not pay off.
 */
const SLOW_READS = 100;

/** Returns the pipes of a guest process to its host. */
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
    // It blocks while the host does not read, which is the back-pressure.
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

/**
 * Standard input of this process, a pipe that a socket of Node.js reads. This
 * saves one pass through a thread of Deno for each read.
 */
interface InputSocket {
  /**
   * Returns the next bytes, or null at the end. Only one call runs at a time.
   */
  read(): Promise<Uint8Array | null>;
  /** Stops reading. */
  close(): void;
}

/**
 * Opens the socket, which takes over from the previous reader. That reader must
 * not read again. Loads `node:net`, which takes milliseconds.
 */
async function openInputSocket(): Promise<InputSocket> {
  const { Socket } = await import("node:net");
  const socket = new Socket({ fd: 0, readable: true, writable: false });
  const come: Uint8Array[] = [];
  let ended = false;
  let wake = () => {};
  const end = () => {
    ended = true;
    wake();
  };
  socket
    .on("data", (piece: Uint8Array) => {
      come.push(piece);
      wake();
    })
    .on("end", end)
    .on("error", end);
  return {
    async read() {
      if (come.length === 0 && !ended) {
        await new Promise<void>((resolve) => wake = resolve);
      }
      return come.shift() ?? null;
    },
    close() {
      socket.destroy();
      end();
    },
  };
}
