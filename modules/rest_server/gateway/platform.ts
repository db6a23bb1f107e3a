/**
 * Answers a request of a client; `peer` returns the address at the other end of
 * its connection.
 */
export type Answer = (
  request: Request,
  peer: () => string,
) => Promise<Response>;

/** Address of a server. */
export interface ListenOptions {
  readonly address: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Certificate and key, as PEM. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
}

/** A port that is listened on. */
export interface Listener {
  /** Number of the port. */
  readonly port: number;
  /**
   * Stops accepting connections, and resolves when all are closed. Idle
   * connections are closed at once.
   */
  shutdown(): Promise<void>;
  /** From now on it keeps no process alive. */
  unref(): void;
}

/** State of a file. */
export interface FileInfo {
  /** In bytes. */
  readonly size: number;
  /** Time of its last change, in milliseconds since 1970. */
  readonly modified: number;
}

/** An open file. */
export interface OpenFile {
  /**
   * Reads into `bytes` from `position`. Returns the number of bytes read, which
   * is 0 at the end of the file.
   */
  read(bytes: Uint8Array, position: number): Promise<number>;
  close(): Promise<void>;
}

/**
 * Functions of the runtime that a server uses. Everything else is a web
 * standard.
 */
export interface Platform {
  /** Listens. Throws, or rejects with, the platform's errors. */
  listen(
    answer: Answer,
    options: ListenOptions,
  ): Listener | Promise<Listener>;
  /** Reads a file. */
  readText(path: string): Promise<string>;
  /** Reads a variable of the environment. */
  variable(name: string): string | undefined;
  /**
   * Resolves with the path without links. Rejects if the path does not exist.
   */
  realPath(path: string): Promise<string>;
  /** Resolves with true if `path` is a folder. */
  isFolder(path: string): Promise<boolean>;
  /**
   * Returns the state of a file; undefined for anything else. It does not open
   * the path, since opening a pipe waits for its writer.
   */
  fileInfo(path: string): Promise<FileInfo | undefined>;
  /** Opens a file. */
  openFile(path: string): Promise<OpenFile>;
}
