import type { Gateway } from "./gateway.ts";
import type {
  Listener,
  ListenOptions,
  OpenFile,
  Platform,
} from "./platform.ts";

/** Deno: the only file of the server that knows it. */
export const denoPlatform: Platform = {
  listen(gateway: Gateway, options: ListenOptions): Listener {
    const server = Deno.serve(
      {
        hostname: options.address,
        port: options.port,
        onListen() {}, // the module logs it, once it takes requests
        // Only a body that breaks off comes here, and that is meant.
        onError: () => new Response(null, { status: 500 }),
        ...options.tls,
      },
      (request, info) => gateway.fetch(request, () => info.remoteAddr.hostname),
    );
    return {
      port: server.addr.port,
      shutdown: () => server.shutdown(),
      unref: () => server.unref(),
    };
  },

  upgrade: (request, options) => Deno.upgradeWebSocket(request, options),
  readText: (path) => Deno.readTextFile(path),
  variable: (name) => Deno.env.get(name),
  realPath: (path) => Deno.realPath(path),

  async isFolder(path: string): Promise<boolean> {
    try {
      return (await Deno.stat(path)).isDirectory;
    } catch {
      return false; // whatever keeps it from being read, it is none to us
    }
  },

  async openFile(path: string): Promise<OpenFile | undefined> {
    // Before it is opened: to open a pipe waits for who writes to it.
    const { isFile, size } = await Deno.stat(path);
    if (!isFile) return undefined;
    return { size, body: (await Deno.open(path)).readable };
  },
};
