import type { Lot } from "./lot.ts";

/**
 * An empty registry of npm (for the scope `@escape`) and JSR. Records the
 * isolation and the path of each request.
 */
export class Registry implements AsyncDisposable {
  /** Paths of the requests; each begins with the isolation of the requester. */
  readonly asked: string[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor() {
    this.#server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      (request) => {
        this.asked.push(new URL(request.url).pathname.slice(1));
        return new Response(null, { status: 404 });
      },
    );
  }

  /**
   * Returns environment variables with which a host and its guests use this
   * registry. A guest finds the registry through `.npmrc` in its home folder.
   */
  async variables(
    { isolation, folder }: Lot,
  ): Promise<Record<string, string>> {
    const url = `http://127.0.0.1:${this.#server.addr.port}/${isolation}/`;
    const home = `${folder}-home`;
    await Deno.mkdir(home, { recursive: true });
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeTextFile(`${home}/.npmrc`, `@escape:registry=${url}\n`);
    return {
      HOME: home,
      DENO_DIR: await denoDir(),
      JSR_URL: url,
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#server.shutdown();
  }
}

let known: Promise<string> | undefined;

/** Returns the cache folder of Deno. */
function denoDir(): Promise<string> {
  return known ??= (async () => {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json"],
    }).output();
    return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
  })();
}
