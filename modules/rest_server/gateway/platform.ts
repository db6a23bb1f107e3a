/**
 * Answers a request of a client. `peer` returns the address of the other end of
 * the connection.
 */
export type Answer = (
  request: Request,
  peer: () => string,
) => Promise<Response>;

/** Address of a server. */
export interface ListenOptions {
  readonly address: string;
  /** Port number; 0 for any free port. */
  readonly port: number;
  /** Certificate and key, as PEM. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
}

/** Open port of a server. */
export interface Listener {
  /** Number of the port. */
  readonly port: number;
  /**
   * Stops accepting connections, and resolves when all are closed. Idle
   * connections are closed at once.
   */
  shutdown(): Promise<void>;
  /** Lets the process end while the port is open. */
  unref(): void;
}

/** State of a file. */
export interface FileInfo {
  /** Size in bytes. */
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
