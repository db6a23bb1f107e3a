import type { Companion } from "./companion.ts";

/**
 * Messages of 64 KiB until no client reads them: the buffers of a connection
 * may hold 40 MB.
 */
const MESSAGES = 800;

/**
 * A client that has asked for the messages and reads nothing, with all its
 * buffers full.
 */
export class StoppedReader implements Disposable {
  readonly #socket: Deno.TcpConn;

  private constructor(socket: Deno.TcpConn) {
    this.#socket = socket;
  }

  /**
   * Connects before any other client, so that no other client has to read what
   * fills its buffers.
   */
  static async open(server: Companion): Promise<StoppedReader> {
    const port = Number(await server.ask("port"));
    const socket = await Deno.connect({ hostname: "127.0.0.1", port });
    await socket.write(new TextEncoder().encode(
      "GET /live/events?topic=bench.tick HTTP/1.1\r\nHost: bench\r\n\r\n",
    ));
    await socket.read(new Uint8Array(64)); // it is subscribed from now on
    for (let i = 0; i < MESSAGES; i++) await server.ask("publish 65536");
    return new StoppedReader(socket);
  }

  /** Reads on, up to the gap that proves that it was stuck. */
  async check(): Promise<void> {
    const buffer = new Uint8Array(1 << 20);
    let text = "";
    while (!text.includes("event: gap")) {
      const size = await this.#socket.read(buffer);
      if (size === null) throw new Error("it was never stuck");
      text = text.slice(-16) +
        new TextDecoder().decode(buffer.subarray(0, size));
    }
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }
}
