import { within } from "./event_reader.ts";

/** A WebSocket client whose frames are awaited one by one. */
export class SocketTester implements AsyncDisposable {
  readonly socket: WebSocket;
  /** Code and reason of the close. */
  readonly closed: Promise<CloseEvent>;
  readonly #frames: unknown[] = [];
  #arrived: (() => void) | undefined;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.onmessage = ({ data }) => {
      this.#frames.push(JSON.parse(data));
      this.#arrived?.();
    };
    this.closed = new Promise((resolve) => socket.onclose = resolve);
  }

  static async open(
    url: string,
    headers: Record<string, string>,
  ): Promise<SocketTester> {
    const socket = new WebSocket(url, { headers });
    const tester = new SocketTester(socket);
    await within(
      new Promise<void>((resolve, reject) => {
        socket.onopen = () => resolve();
        socket.onerror = (event) =>
          reject(new Error((event as ErrorEvent).message));
      }),
    );
    return tester;
  }

  /** Sends a frame. */
  send(frame: unknown): void {
    this.socket.send(
      typeof frame === "string" ? frame : JSON.stringify(frame),
    );
  }

  /** Returns the next frame of the server. */
  // deno-lint-ignore no-explicit-any -- a test looks into it as it likes
  async next(): Promise<any> {
    if (this.#frames.length === 0) {
      await within(
        new Promise<void>((resolve) => this.#arrived = resolve),
      );
    }
    return this.#frames.shift();
  }

  /** Sends a frame, and returns the next frame of the server. */
  // deno-lint-ignore no-explicit-any -- as above
  ask(frame: unknown): Promise<any> {
    this.send(frame);
    return this.next();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.socket.readyState < WebSocket.CLOSING) this.socket.close();
    await within(this.closed);
  }
}
