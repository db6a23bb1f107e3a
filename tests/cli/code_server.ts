/** A module that needs no import map: what a stranger would serve. It logs `from afar`. */
export function remoteModule(version: number = 1): string {
  return `export default {
  "~caryatid": { kind: "module", version: ${version} },
  name: "remote", description: "", config: undefined, permissions: {},
  init(context) { context.run(async () => { context.log.info("from afar"); }); },
};`;
}

/** A web server on this machine that serves code, and counts how often it is asked. */
export class CodeServer implements AsyncDisposable {
  /** What it answers by path: a text, or a whole answer. */
  readonly files: Map<string, string | (() => Response)>;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  /** Ports come again, and with them what Deno has cached of an earlier test. */
  readonly #folder = crypto.randomUUID();
  #count = 0;

  /** Serves these files: code, or a whole answer. */
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

  /** How often it was asked. */
  get count(): number {
    return this.#count;
  }

  /** Where a file is. */
  url(name: string): string {
    return `http://${this.host}/${this.#folder}/${name}`;
  }

  /** Stops listening; harmless twice. */
  async close(): Promise<void> {
    await this.#server.shutdown();
  }

  /** Closes it. */
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
