/** The standard input of this process, which is a pipe, read by a socket of Node: that takes one turn less through a thread of Deno's. */
export interface InputSocket {
  /** Gives what came in; null at the end. Called one at a time. */
  read(): Promise<Uint8Array | null>;
  /** Reads no more. */
  close(): void;
}

/** Takes over from whoever has read so far, and doesn't read any more. Loads what it needs, which takes milliseconds. */
export async function openInputSocket(): Promise<InputSocket> {
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
