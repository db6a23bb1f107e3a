import type { Context } from "@caryatid/sdk";
import { Process } from "@caryatid/process";
import { createRestServer, type RestServerOptions } from "../rest_server.ts";
import { RawClient } from "./raw_client.ts";

/** What a {@linkcode RestProcess} may have beside its server's section. */
export interface RestProcessOptions extends RestServerOptions {
  /** Sets routes up before the process starts. */
  readonly routes?: (context: Context) => void;
  /** More of the configuration. */
  readonly config?: Record<string, unknown>;
}

/** A process with one server, on a port that was free. */
export class RestProcess implements AsyncDisposable {
  readonly process: Process;
  /** Such as `http://127.0.0.1:40000`. */
  url = "";
  port = 0;

  private constructor(process: Process) {
    this.process = process;
  }

  /** Starts one; `section` is that of the server. */
  static async start(
    section: Record<string, unknown> = {},
    options: RestProcessOptions = {},
  ): Promise<RestProcess> {
    const found: { url?: string; port?: number } = {};
    const { routes, config, ...rest } = options;
    const server = createRestServer({
      ...rest,
      onListen: (listening) => {
        found.url ??= listening.url;
        found.port ??= listening.port;
        rest.onListen?.(listening);
      },
    });
    const process = await Process.create({
      config: [{
        module: { "rest-server": { port: 0, ...section } },
        log: { level: "error" },
      }, config ?? {}],
      modules: [server],
      env: {},
    });
    const started = new RestProcess(process);
    routes?.(process.context);
    await process.start();
    started.url = found.url!;
    started.port = found.port!;
    return started;
  }

  /** What the embedding program, and the tests, handle with. */
  get context(): Context {
    return this.process.context;
  }

  /** Asks by `fetch`. */
  fetch(path: string, init?: RequestInit): Promise<Response> {
    return fetch(this.url + path, init);
  }

  /** Opens a socket. */
  connect(): Promise<RawClient> {
    return RawClient.connect(this.port);
  }

  /** Sends text as it is, and resolves with the first response. */
  async exchange(text: string | Uint8Array): Promise<string> {
    await using client = await this.connect();
    await client.send(text);
    return await client.response();
  }

  /** Sends text as it is, and resolves with all that comes back, until the connection is closed or quiet. */
  async raw(text: string | Uint8Array): Promise<string> {
    await using client = await this.connect();
    await client.send(text);
    return await client.rest();
  }

  /** As the end of the scope. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.process.stop();
  }
}
