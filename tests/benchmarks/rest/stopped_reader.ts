import type { Companion } from "./companion.ts";

/**
 * Number of messages of 64 KiB that fill the buffers of a connection, which may
 * hold 40 MB.
 */
const MESSAGES = 800;

/**
 * Client that has subscribed, reads nothing, and has full buffers.
 */
export class StoppedReader implements Disposable {
  readonly #socket: Deno.TcpConn;

  private constructor(socket: Deno.TcpConn) {
    this.#socket = socket;
  }

  /**
   * Connects before any other client, so that no other client reads the
   * messages that fill its buffers.
   */
  static async open(server: Companion): Promise<StoppedReader> {
    const port = Number(await server.ask("port"));
    const socket = await Deno.connect({ hostname: "127.0.0.1", port });
    await socket.write(new TextEncoder().encode(
      "GET /live/events?topic=bench.tick HTTP/1.1\r\nHost: bench\r\n\r\n",
    ));
    await socket.read(new Uint8Array(64)); // it has subscribed now
    for (let i = 0; i < MESSAGES; i++) await server.ask("publish 65536");
    return new StoppedReader(socket);
  }

  /** Continues to read up to the gap, which proves that it was stuck. */
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
