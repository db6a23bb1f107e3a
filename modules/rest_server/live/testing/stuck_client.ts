/** A client on a raw socket, which reads only on request of the test. */
export class StuckClient implements AsyncDisposable {
  readonly #socket: Deno.TcpConn;

  private constructor(socket: Deno.TcpConn) {
    this.#socket = socket;
  }

  /** Requests server-sent events, and reads nothing. */
  static async events(port: number, query: string): Promise<StuckClient> {
    const socket = await Deno.connect({ hostname: "127.0.0.1", port });
    await socket.write(new TextEncoder().encode(
      `GET /live/events?${query} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`,
    ));
    return new StuckClient(socket);
  }

  /** Opens a WebSocket, and reads no more than the handshake. */
  static async socket(port: number): Promise<StuckClient> {
    const socket = await Deno.connect({ hostname: "127.0.0.1", port });
    await socket.write(new TextEncoder().encode(
      "GET /live/socket HTTP/1.1\r\nHost: 127.0.0.1\r\n" +
        "Connection: upgrade\r\nUpgrade: websocket\r\n" +
        "Sec-WebSocket-Version: 13\r\n" +
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    ));
    let head = "";
    const byte = new Uint8Array(1);
    while (!head.endsWith("\r\n\r\n")) {
      if (await socket.read(byte) === null) throw new Error(head);
      head += String.fromCharCode(byte[0]!);
    }
    return new StuckClient(socket);
  }

  /** Sends a frame of up to 125 bytes, masked with zeros. */
  async send(frame: unknown): Promise<void> {
    const text = new TextEncoder().encode(JSON.stringify(frame));
    await this.#socket.write(
      new Uint8Array([0x81, 0x80 | text.length, 0, 0, 0, 0, ...text]),
    );
  }

  /** Continues to read, and yields text frames, parsed as JSON. */
  // deno-lint-ignore no-explicit-any -- a test looks into them as it likes
  async *frames(): AsyncGenerator<any> {
    for (;;) {
      const [first, length] = await this.#read(2);
      const size = length === 126
        ? new DataView((await this.#read(2)).buffer).getUint16(0)
        : length === 127
        ? Number(new DataView((await this.#read(8)).buffer).getBigUint64(0))
        : length!;
      const payload = await this.#read(size);
      if ((first! & 15) === 1) {
        yield JSON.parse(new TextDecoder().decode(payload));
      }
    }
  }

  async #read(size: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(size);
    for (let at = 0; at < size;) {
      const count = await this.#socket.read(bytes.subarray(at));
      if (count === null) throw new Error("the connection ended");
      at += count;
    }
    return bytes;
  }

  /** Continues to read, and yields the blocks of the stream. */
  async *blocks(): AsyncGenerator<string> {
    let text = "";
    for await (const part of this.#parts()) {
      text += part;
      const blocks = text.split("\n\n");
      text = blocks.pop()!;
      yield* blocks;
    }
  }

  /** Yields the decoded chunks of the body. */
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
