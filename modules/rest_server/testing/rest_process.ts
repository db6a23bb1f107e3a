import type { Context } from "@caryatid/sdk";
import { Process } from "@caryatid/process";
import type { BusClass } from "@caryatid/sdk/bus";
import { createRestServer, type RestServerOptions } from "../rest_server.ts";
import { RawClient } from "./raw_client.ts";

/**
 * Options of a {@linkcode RestProcess} in addition to the section of its
 * server.
 */
export interface RestProcessOptions extends RestServerOptions {
  /** Sets routes up before the process starts. */
  readonly routes?: (context: Context) => void;
  /** More of the configuration. */
  readonly config?: Record<string, unknown>;
  /** Classes of buses, in addition to those of the process. */
  readonly buses?: readonly BusClass[];
}

/** Longest time of one request of a test, in milliseconds. */
const DEADLINE = 60_000;

/** A process with one server, on a port that was free. */
export class RestProcess implements AsyncDisposable {
  readonly process: Process;
  /** Such as `http://127.0.0.1:40000`. */
  url = "";
  port = 0;
  /** Port of WebSockets, if there is one. */
  socketPort: number | undefined;

  private constructor(process: Process) {
    this.process = process;
  }

  /** Starts a process whose server has this section. */
  static async start(
    section: Record<string, unknown> = {},
    options: RestProcessOptions = {},
  ): Promise<RestProcess> {
    const found: {
      url?: string;
      port?: number;
      socketPort?: number | undefined;
    } = {};
    const { routes, config, buses = [], ...rest } = options;
    const server = createRestServer({
      ...rest,
      onListen: (listening) => {
        found.url ??= listening.url;
        found.port ??= listening.port;
        found.socketPort ??= listening.socketPort;
        rest.onListen?.(listening);
      },
    });
    const process = await Process.create({
      config: [{
        // Raw requests of the tests have hosts such as "a".
        module: { "rest-server": { port: 0, hosts: ["*"], ...section } },
        log: { level: "error" },
      }, config ?? {}],
      modules: [server],
      buses,
      env: {},
    });
    const started = new RestProcess(process);
    routes?.(process.context);
    await process.start();
    started.url = found.url!;
    started.port = found.port!;
    started.socketPort = found.socketPort;
    return started;
  }

  /** Context with which the embedding program and the tests handle routes. */
  get context(): Context {
    return this.process.context;
  }

  /** Requests `path` by `fetch`. After 60 s it fails, also in the body. */
  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const deadline = AbortSignal.timeout(DEADLINE);
    const signal = init.signal
      ? AbortSignal.any([init.signal, deadline])
      : deadline;
    return fetch(this.url + path, { ...init, signal });
  }

  /** Opens a socket. */
  connect(): Promise<RawClient> {
    return RawClient.connect(this.port);
  }

  /** Sends text unchanged, and resolves with the first response. */
  async exchange(text: string | Uint8Array): Promise<string> {
    await using client = await this.connect();
    await client.send(text);
    return await client.response();
  }

  /** Closes at the end of the scope. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.process.stop();
  }
}
