import { denoPlatform } from "./deno_platform.ts";
import type { Gateway } from "./gateway.ts";
import type { Upgrade } from "./live/socket_route.ts";

/** Where a server listens. */
export interface ListenOptions {
  readonly address: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Certificate and key, as PEM. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
}

/** A port that is listened on. */
export interface Listener {
  /** Which one it is. */
  readonly port: number;
  /** Takes no connections any more, and resolves when all it had are closed. Idle ones are closed at once. */
  shutdown(): Promise<void>;
  /** From now on it keeps no process alive. */
  unref(): void;
}

/** A file, opened. */
export interface OpenFile {
  /** In bytes. */
  readonly size: number;
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** What a server takes from where it runs. All else is of the web. */
export interface Platform {
  /** Listens. Throws, or rejects with, the platform's errors. */
  listen(
    gateway: Gateway,
    options: ListenOptions,
  ): Listener | Promise<Listener>;
  /** Makes a WebSocket of a request, where the platform can. */
  readonly upgrade: Upgrade | undefined;
  /** Reads a file. */
  readText(path: string): Promise<string>;
  /** Reads a variable of the environment. */
  variable(name: string): string | undefined;
  /** The path without links. Rejects if there is nothing. */
  realPath(path: string): Promise<string>;
  /** Whether `path` is a folder. */
  isFolder(path: string): Promise<boolean>;
  /** Opens a file; undefined for anything else. */
  openFile(path: string): Promise<OpenFile | undefined>;
}

/** The platform that this runs on. */
export async function findPlatform(): Promise<Platform> {
  if ("Deno" in globalThis) return denoPlatform;
  const { nodePlatform } = await import("./node_platform.ts");
  return nodePlatform;
}
