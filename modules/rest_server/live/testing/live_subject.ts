import { type Context, defineModule } from "@caryatid/sdk";
import { MockBus, type TestedModule, testModule } from "@caryatid/sdk/testing";
import { type Live, type LiveConfigInput, liveRoutes } from "../mod.ts";
import { liveConfig } from "../../live_config.ts";
import { EventReader } from "./event_reader.ts";
import { SocketTester } from "./socket_tester.ts";

/** Live routes of a module on a mock bus, behind a real server on 127.0.0.1. */
export class LiveSubject implements AsyncDisposable {
  readonly module: TestedModule;
  readonly live: Live;
  readonly port: number;
  /** Port of WebSockets. */
  readonly socketPort: number;
  readonly #server: Deno.HttpServer;

  private constructor(
    module: TestedModule,
    live: Live,
    server: Deno.HttpServer<Deno.NetAddr>,
    socketPort: number,
  ) {
    this.module = module;
    this.live = live;
    this.#server = server;
    this.port = server.addr.port;
    this.socketPort = socketPort;
  }

  /**
   * Starts the module. Clients may subscribe to all topics by default.
   */
  static async start(
    config: LiveConfigInput = {},
    bus: MockBus = new MockBus(),
  ): Promise<LiveSubject> {
    let live: Live | undefined;
    const subject = defineModule({
      name: "subject",
      config: liveConfig,
      init(context: Context, config) {
        live = liveRoutes(context, { config });
      },
    });
    const module = await testModule(
      subject,
      { subscribe: ["#"], ...config },
      { bus, busy: 100 },
    );
    const server = Deno.serve(
      {
        hostname: "127.0.0.1",
        port: 0,
        onListen: () => {},
      },
      live!.fetch,
    );
    const socketPort = await live!.listen({
      port: 0,
      pagePort: server.addr.port,
    });
    return new LiveSubject(module, live!, server, socketPort);
  }

  /** Bus by which a test publishes. */
  get bus(): MockBus {
    return this.module.bus;
  }

  /** Returns the URL of a path. */
  url(path: string): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  /** Opens server-sent events, and reads the first block. */
  async events(
    query: string,
    headers: Record<string, string> = {},
  ): Promise<EventReader> {
    const reader = await EventReader.open(
      this.url(`/live/events?${query}`),
      headers,
    );
    await reader.next();
    return reader;
  }

  /** Opens a WebSocket. */
  socket(headers: Record<string, string> = {}): Promise<SocketTester> {
    return SocketTester.open(
      `ws://127.0.0.1:${this.socketPort}/live/socket`,
      headers,
    );
  }

  /** Stops the module, then the server, which waits for all answers to end. */
  async stop(): Promise<void> {
    await this.module.stop();
    await this.live.close();
    await this.#server.shutdown();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
