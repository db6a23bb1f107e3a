import { Buffer } from "node:buffer";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { peerOf, requestOf } from "../gateway/node_http.ts";
import { problemResponse } from "../gateway/problem_response.ts";
import type { Answer, ListenOptions } from "../gateway/platform.ts";
import { problem } from "../problem.ts";
import type { FrameBudget } from "./frame_budget.ts";
import type { LiveServer } from "./live_server.ts";
import { type ServerSocket, SocketClient } from "./socket_client.ts";

/** Members of `WebSocketServer` of the package `ws` that are used here. */
interface Handshakes {
  handleUpgrade(
    incoming: IncomingMessage,
    socket: Duplex,
    head: Uint8Array,
    accepted: (socket: ServerSocket) => void,
  ): void;
  close(): void;
}

/** A handshake that was accepted. */
export interface Handshake {
  /** Called when the socket is closed. */
  readonly leave: () => void;
  /** Address of the client. */
  readonly address: string;
}

const NONE: Handshake = { leave: () => {}, address: "" };

/** Options of {@linkcode SocketListener}. */
export interface SocketListenerOptions extends ListenOptions {
  readonly live: LiveServer;
  /**
   * Answers a handshake by the route of live messages, which decides if the
   * client may connect.
   */
  readonly answer: Answer;
  /** Port of the server's own pages. */
  readonly pagePort: number | undefined;
  /** Room for the frames of all clients. */
  readonly budget: FrameBudget;
}

/**
 * Separate port for WebSockets.
 *
 * `Deno.upgradeWebSocket` has no limit of the frame size: an unfinished frame
 * of 60 MiB stays in memory. So `ws` reads the frames, on `node:http`. It
 * answers half as many requests as `Deno.serve`, so this port refuses all other
 * requests.
 */
export class SocketListener {
  readonly #options: SocketListenerOptions;
  readonly #server: ReturnType<typeof createServer>;
  readonly #handshakes: Handshakes;
  readonly #accepted = new Map<Request, Handshake>();
  readonly #sockets = new Set<Duplex>();
  readonly #beats: ReturnType<typeof setInterval>;

  private constructor(options: SocketListenerOptions, handshakes: Handshakes) {
    const { tls } = options;
    this.#options = options;
    this.#handshakes = handshakes;
    this.#server = tls ? createTlsServer({ ...tls }) : createServer();
    const { live } = options;
    this.#beats = setInterval(() => {
      for (const socket of live.sockets) socket.beat();
    }, live.config.heartbeat * 1_000);
    this.#server.on("request", (_, outgoing) => {
      const headers = { upgrade: "websocket", connection: "close" };
      outgoing.writeHead(426, headers).end();
    });
    this.#server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
    this.#server.on(
      "upgrade",
      (incoming, socket, head) => {
        // No input of a client may stop the server.
        this.#upgrade(incoming, socket, head).catch(() => socket.destroy());
      },
    );
  }

  /** Listens. Rejects with the platform's errors. */
  static async listen(options: SocketListenerOptions): Promise<SocketListener> {
    const { WebSocketServer } = await import("ws");
    const handshakes = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: options.live.config["max-message-size"],
      perMessageDeflate: false,
    });
    const listener = new SocketListener(options, handshakes);
    listener.#server.listen(options.port, options.address);
    await once(listener.#server, "listening");
    return listener;
  }

  /** Port of the listener. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Port of the server's own pages. */
  get pagePort(): number | undefined {
    return this.#options.pagePort;
  }

  /** Returns true if a request arrived on this port, and is a handshake. */
  has(request: Request): boolean {
    return this.#accepted.has(request);
  }

  /** Accepts a handshake. */
  accept(request: Request, handshake: Handshake): void {
    this.#accepted.set(request, handshake);
  }

  /** Refuses further connections, and ends the open ones. */
  async close(): Promise<void> {
    clearInterval(this.#beats);
    this.#handshakes.close();
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #upgrade(
    incoming: IncomingMessage,
    socket: Duplex,
    head: Uint8Array,
  ): Promise<void> {
    const { live, answer, budget, tls } = this.#options;
    socket.on("error", () => {}); // its close event follows
    const gone = new AbortController();
    const request = requestOf(incoming, tls ? "https" : "http", gone.signal);
    this.#accepted.set(request, NONE);
    try {
      const response = incoming.httpVersion === "1.1"
        ? await answer(request, () => peerOf(incoming))
        : problemResponse(problem(400, "WebSockets need HTTP/1.1"));
      const handshake = this.#accepted.get(request)!;
      const { leave } = handshake;
      socket.once("close", leave);
      if (socket.destroyed) return leave();
      // The status alone would let any handler accept a handshake, the route
      // alone would ignore a middleware that refuses it.
      const isAccepted = handshake !== NONE && response.status === ACCEPTED;
      if (!isAccepted) return await refuse(socket, response);
      this.#handshakes.handleUpgrade(incoming, socket, head, (accepted) => {
        const room = budget.open(socket, () => {
          accepted.close(1013, "no room");
          cutSoon(socket);
        });
        // `ws` closes the connection, and reads until the client closes it,
        // too.
        accepted.once("error", () => cutSoon(socket));
        const { address } = handshake;
        new SocketClient(accepted, live, { leave, room, address });
      });
    } finally {
      this.#accepted.delete(request);
    }
  }
}

/** Stops reading, and ends the connection once its last frame is sent. */
function cutSoon(socket: Duplex): void {
  setImmediate(() => socket.pause());
  const timer = setTimeout(() => socket.destroy(), LAST_TIME);
  socket.once("close", () => clearTimeout(timer));
}

/** Time for the last frame of a connection, in milliseconds. */
const LAST_TIME = 500;

/**
 * Status by which the route lets the listener continue, since a `Response`
 * cannot have the status 101.
 */
export const ACCEPTED = 299;

/**
 * Writes the answer to a handshake, because a server of `node:http` hands its
 * connection over. A route that has an answer for it, maybe an endless one, is
 * not for WebSockets.
 */
async function refuse(socket: Duplex, answer: Response): Promise<void> {
  if (answer.ok) await answer.body?.cancel();
  const response = answer.ok
    ? problemResponse(problem(404, "no WebSockets at this path"))
    : answer;
  const { status, headers } = response;
  const body = await bodyOf(response);
  const lines = [...headers].filter(([name]) => name !== "content-length")
    .map(([name, value]) => `${name}: ${value}\r\n`).join("");
  socket.end(Buffer.concat([
    Buffer.from(
      `HTTP/1.1 ${status} ${response.statusText || "Refused"}\r\n${lines}` +
        `content-length: ${body.length}\r\nconnection: close\r\n\r\n`,
    ),
    body,
  ]));
}

/**
 * Reads a body until it ends or breaks off, as that of an answer to a malformed
 * request does.
 */
async function bodyOf({ body }: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of body ?? []) chunks.push(chunk);
  } catch {
    // The connection is closed after every refusal.
  }
  return Buffer.concat(chunks);
}
