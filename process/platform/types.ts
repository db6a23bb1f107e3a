/** Signals that stop a process. */
export type StopSignal = "SIGINT" | "SIGTERM";

/** Permission that a platform can deny. */
export type Permission =
  | { readonly name: "env"; readonly variable?: string }
  | { readonly name: "net"; readonly host: string }
  | { readonly name: "read" | "write"; readonly path: string | URL };

/**
 * Functions of the platform. A process uses standard web functions for
 * everything else.
 */
export interface Platform {
  /**
   * Checks that the version of the platform is supported.
   *
   * @throws {CaryatidError} `WRONG_VERSION`
   */
  checkVersion(): void;
  /** Name and version. */
  readonly name: string;
  /** True if the output can have colors. */
  readonly colors: boolean;
  /** True on Windows. */
  readonly isWindows: boolean;
  /** Returns the current folder. */
  currentFolder(): string;
  /** Stop signals that the system supports. */
  readonly stopSignals: readonly StopSignal[];
  /**
   * True on Deno. Other platforms do not import from registries and hosts,
   * check hashes of imports, or isolate modules.
   */
  readonly isDeno: boolean;

  /**
   * Calls `handler` at each signal and keeps the program alive. Returns a
   * function that removes the handler.
   */
  onSignal(signal: StopSignal, handler: () => void): () => void;
  /**
   * Calls `fail` for uncaught errors. Returns a function that removes the
   * handler.
   */
  onUncaught(fail: (error: unknown) => void): () => void;
  /** Sets the exit code of a program that ends by itself. */
  setExitCode(code: number): void;
  /** Ends the program at once. */
  exit(code: number): never;

  /** Returns true if the permission is granted completely. Never prompts. */
  isGranted(permission: Permission): boolean;
  /** Returns all variables of the environment. */
  variables(): Record<string, string>;
  /** Returns a variable of the environment. */
  variable(name: string): string | undefined;
  /** Reads a file in chunks. Leaving the loop early closes the file. */
  readFile(url: URL): AsyncIterable<Uint8Array<ArrayBuffer>>;
  /**
   * Writes a text to `unfinished` and renames that file to `path`. Within one
   * folder the rename is atomic.
   */
  replaceFile(path: string, unfinished: string, text: string): Promise<void>;
  /** Formats a value as the console of the platform does, but in full. */
  inspect(value: unknown): string;
}
