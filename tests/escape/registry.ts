import type { Lot } from "./lot.ts";

/** A registry of npm (for the scope `@escape`) and JSR that has nothing, and notes who asks. */
export class Registry implements AsyncDisposable {
  /** What was asked for, after the isolation of who asked. */
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

  /** Variables by which a host and its guests use this one. A guest finds it by the file in its home. */
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

/** Where Deno keeps what it has downloaded. */
function denoDir(): Promise<string> {
  return known ??= (async () => {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json"],
    }).output();
    return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
  })();
}
