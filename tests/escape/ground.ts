import { createSocket } from "node:dgram";
import { once } from "node:events";
import type { Ground } from "./attempt.ts";
import { layOut, strayFiles } from "./ground_files.ts";

/** Targets of attempts, and the effects of the attempts on them. */
export class WatchedGround implements AsyncDisposable {
  readonly ground: Ground;
  readonly #noticed: string[];
  readonly #held: AsyncDisposableStack;

  private constructor(
    ground: Ground,
    noticed: string[],
    held: AsyncDisposableStack,
  ) {
    this.ground = ground;
    this.#noticed = noticed;
    this.#held = held;
  }

  /**
   * Creates files in `folder`, and starts servers on the loopback interface.
   */
  static async make(folder: string, typed: string): Promise<WatchedGround> {
    const noticed: string[] = [];
    const held = new AsyncDisposableStack();
    const note = (what: string) => noticed.push(what);
    await layOut(folder);
    const socket = `${folder}/granted/socket`;
    const port = serve(note, held);
    const datagramPort = await takeDatagrams(note, held);
    acceptConnections(socket, note, held);
    hearChannel(note, held);
    const { pid } = Deno;
    const ground = { folder, port, datagramPort, socket, typed, pid };
    return new WatchedGround(ground, noticed, held);
  }

  /** Returns the effects of attempts since the last call, and undoes them. */
  async noticed(): Promise<readonly string[]> {
    const { folder } = this.ground;
    const stray = await strayFiles(folder);
    if (stray.length > 0) await layOut(folder);
    const set = Deno.env.get("ESCAPE_SET");
    Deno.env.delete("ESCAPE_SET");
    return [
      ...this.#noticed.splice(0),
      ...stray,
      ...(set === undefined ? [] : ["a variable was set"]),
      ..."polluted" in {} ? ["a prototype has changed"] : [],
    ];
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#held.disposeAsync();
  }
}

type Note = (what: string) => void;

/**
 * Starts a server for HTTP, WebSockets and an empty registry. Returns its port.
 */
function serve(note: Note, held: AsyncDisposableStack): number {
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/redirect") {
        const target = `http://127.0.0.1:${other.addr.port}/redirected`;
        return Response.redirect(target);
      }
      note(`a request for ${pathname}`);
      if (request.headers.get("upgrade") === "websocket") {
        return Deno.upgradeWebSocket(request).response;
      }
      const type = pathname === "/events" ? "text/event-stream" : "text/plain";
      const headers = { "content-type": type };
      const status = /secret-x/.test(pathname) ? 404 : 200;
      return new Response("data: x\n\n", { headers, status });
    },
  );
  const other = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => {
      note("a request that was redirected");
      return new Response("redirected");
    },
  );
  held.use(server);
  held.use(other);
  return server.addr.port;
}

async function takeDatagrams(
  note: Note,
  held: AsyncDisposableStack,
): Promise<number> {
  const socket = createSocket("udp4");
  socket.on("message", () => note("a datagram"));
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  held.defer(() => void socket.close());
  return socket.address().port;
}

function acceptConnections(
  path: string,
  note: Note,
  held: AsyncDisposableStack,
): void {
  const listener = Deno.listen({ transport: "unix", path });
  held.use(listener);
  (async () => {
    for await (const connection of listener) {
      note("a connection to the socket");
      connection.close();
    }
  })();
}

/**
 * Subscribes to the BroadcastChannel that all workers of this process share.
 */
function hearChannel(note: Note, held: AsyncDisposableStack): void {
  const channel = new BroadcastChannel("escape");
  channel.onmessage = () => note("something on a BroadcastChannel");
  held.defer(() => channel.close());
}
