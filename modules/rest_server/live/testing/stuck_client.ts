/** A client on a raw socket, which reads only when it is told to. */
export class StuckClient implements AsyncDisposable {
  readonly #socket: Deno.TcpConn;

  private constructor(socket: Deno.TcpConn) {
    this.#socket = socket;
  }

  /** Asks for server-sent events, and reads nothing. */
  static async events(port: number, query: string): Promise<StuckClient> {
    const socket = await Deno.connect({ hostname: "127.0.0.1", port });
    await socket.write(new TextEncoder().encode(
      `GET /live/events?${query} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`,
    ));
    return new StuckClient(socket);
  }

  /** Reads on: the blocks of the stream, out of their chunks. */
  async *blocks(): AsyncGenerator<string> {
    let text = "";
    for await (const part of this.#parts()) {
      text += part;
      const blocks = text.split("\n\n");
      text = blocks.pop()!;
      yield* blocks;
    }
  }

  /** The body, out of its chunked coding. */
  async *#parts(): AsyncGenerator<string> {
    let text = "";
    let head = true;
    const decoder = new TextDecoder("latin1"); // lengths are in bytes
    const buffer = new Uint8Array(1 << 20);
    for (;;) {
      const count = await this.#socket.read(buffer);
      if (count === null) return;
      text += decoder.decode(buffer.subarray(0, count));
      if (head) {
        const end = text.indexOf("\r\n\r\n");
        if (end < 0) continue;
        text = text.slice(end + 4);
        head = false;
      }
      for (;;) {
        const line = text.indexOf("\r\n");
        const length = parseInt(text.slice(0, line), 16);
        if (line < 0 || text.length < line + length + 4) break;
        yield text.slice(line + 2, line + 2 + length);
        text = text.slice(line + length + 4);
      }
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    return Promise.resolve();
  }
}
