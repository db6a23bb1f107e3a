import type net from "node:net";
import { Changes } from "./changes.ts";
import { freePort } from "./free_port.ts";
import { listen, reset } from "./sockets.ts";

/** A server that listens where a broker should. */
export class WrongServer implements AsyncDisposable {
  readonly hostname = "127.0.0.1";
  readonly port: number = freePort();
  readonly #sockets = new Set<net.Socket>();
  readonly #changes = new Changes();
  readonly #answer: string | undefined;
  #server: net.Server | undefined;
  #accepted = 0;

  private constructor(answer: string | undefined) {
    this.#answer = answer;
  }

  /**
   * Starts a server that answers the first bytes of a client with `answer` and
   * closes the connection, or that never answers.
   */
  static async start(answer?: string): Promise<WrongServer> {
    const server = new WrongServer(answer);
    const enter = (socket: net.Socket) => server.#enter(socket);
    server.#server = await listen(server.port, enter);
    return server;
  }

  /** Number of connections that it has accepted. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Resolves when connection number `count`, from 1, was accepted. */
  came(count: number): Promise<void> {
    return this.#changes.until(
      () => this.#accepted >= count,
      () => `connection ${count}, ${this.#accepted} came`,
    );
  }

  /** Ends it and its connections; harmless twice. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#server?.close();
    await Promise.all([...this.#sockets].map(reset));
  }

  #enter(socket: net.Socket): void {
    this.#accepted++;
    this.#sockets.add(socket);
    socket.on("error", () => {}); // the client reset the connection
    socket.on("end", () => socket.end());
    socket.on("close", () => this.#sockets.delete(socket));
    socket.once("data", () => this.#answer && socket.end(this.#answer));
    socket.resume();
    this.#changes.notify();
  }
}

/**
 * Server that accepts connections and never answers, as a hung or stopped
 * broker.
 */
export function silentServer(): Promise<WrongServer> {
  return WrongServer.start();
}

/**
 * Server that answers the AMQP header with an HTTP error, as a web server on
 * the wrong port does.
 */
export function httpServer(): Promise<WrongServer> {
  const body = "400 Bad Request";
  return WrongServer.start(
    `HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\n` +
      `Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  );
}
