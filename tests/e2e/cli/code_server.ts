/**
 * A module that needs no import map, as on a foreign server. It logs
 * `from afar`.
 */
export function remoteModule(version: number = 1): string {
  return `export default {
  "~caryatid": { kind: "module", version: ${version} },
  name: "remote", description: "", config: undefined, permissions: {},
  init(context) { context.run(async () => { context.log.info("from afar"); }); },
};`;
}

/**
 * A local web server that serves code, and counts requests.
 */
export class CodeServer implements AsyncDisposable {
  /** Answers by path: a text or a response. */
  readonly files: Map<string, string | (() => Response)>;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  /**
   * Ports are reused, so Deno's cache may contain code of an earlier test.
   */
  readonly #folder = crypto.randomUUID();
  #count = 0;

  /** Serves these files: code, or a response. */
  constructor(files: Readonly<Record<string, string | (() => Response)>>) {
    this.files = new Map(Object.entries(files));
    this.#server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      ({ url }) =>
        this.#answer(new URL(url).pathname.replace(/^\/[^/]*\//, "")),
    );
  }

  /** `127.0.0.1:PORT`. */
  get host(): string {
    return `127.0.0.1:${this.#server.addr.port}`;
  }

  /** Number of requests. */
  get count(): number {
    return this.#count;
  }

  /** Returns the URL of a file. */
  url(name: string): string {
    return `http://${this.host}/${this.#folder}/${name}`;
  }

  /** Stops listening. A second call has no effect. */
  async close(): Promise<void> {
    await this.#server.shutdown();
  }

  /** Stops listening. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #answer(name: string): Response {
    this.#count++;
    const file = this.files.get(name);
    if (file === undefined) return new Response("none", { status: 404 });
    if (typeof file !== "string") return file();
    return new Response(file, {
      headers: { "content-type": "text/javascript" },
    });
  }
}
