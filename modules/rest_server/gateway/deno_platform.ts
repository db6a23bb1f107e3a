import type {
  Answer,
  FileInfo,
  Listener,
  ListenOptions,
  OpenFile,
  Platform,
} from "./platform.ts";

/** Platform of Deno. No other file of the server uses APIs of Deno. */
export const denoPlatform: Platform = {
  listen(answer: Answer, options: ListenOptions): Listener {
    const server = Deno.serve(
      {
        hostname: options.address,
        port: options.port,
        // the module logs the address itself, once the server accepts requests
        // Only a body that breaks off calls this, and the server breaks it off
        // on purpose.
        onListen() {},
        onError: () => new Response(null, { status: 500 }),
        ...options.tls,
      },
      (request, info) => answer(request, () => info.remoteAddr.hostname),
    );
    return {
      port: server.addr.port,
      shutdown: () => server.shutdown(),
      unref: () => server.unref(),
    };
  },

  readText: (path) => Deno.readTextFile(path),
  variable: (name) => Deno.env.get(name),
  realPath: (path) => Deno.realPath(path),

  async isFolder(path: string): Promise<boolean> {
    try {
      return (await Deno.stat(path)).isDirectory;
    } catch {
      // The reason does not matter: the server cannot read the file.
      return false;
    }
  },

  async fileInfo(path: string): Promise<FileInfo | undefined> {
    const { isFile, size, mtime } = await Deno.stat(path);
    return isFile ? { size, modified: mtime?.getTime() ?? 0 } : undefined;
  },

  async openFile(path: string): Promise<OpenFile> {
    const file = await Deno.open(path);
    let at = 0;
    return {
      async read(bytes, position) {
        if (position !== at) await file.seek(position, Deno.SeekMode.Start);
        const count = await file.read(bytes) ?? 0;
        at = position + count;
        return count;
      },
      close() {
        file.close();
        return Promise.resolve();
      },
    };
  },
};
