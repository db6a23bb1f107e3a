/** Signals that stop a process. */
export type StopSignal = "SIGINT" | "SIGTERM";

/** A right that a platform may withhold. */
export type Permission =
  | { readonly name: "env"; readonly variable?: string }
  | { readonly name: "net"; readonly host: string }
  | { readonly name: "read" | "write"; readonly path: string | URL };

/** What a process takes from where it runs. All else is of the web. */
export interface Platform {
  /** Name and version. */
  readonly name: string;
  /** Whether what is printed may have colours. */
  readonly colors: boolean;
  /** Whether the system is Windows. */
  readonly isWindows: boolean;
  /** Where relative paths start. */
  currentFolder(): string;
  /** Those that the system knows. */
  readonly stopSignals: readonly StopSignal[];
  /** Whether it is Deno: nobody else imports from registries and hosts, checks what it imports, and isolates. */
  readonly isDeno: boolean;

  /** Calls `handler` at each signal, and keeps the program alive until the function that it gives is called. */
  onSignal(signal: StopSignal, handler: () => void): () => void;
  /** Calls `fail` for errors that nobody catches. Gives a function that takes this back. */
  onUncaught(fail: (error: unknown) => void): () => void;
  /** The exit code of a program that ends by itself. */
  setExitCode(code: number): void;
  /** Ends the program at once. */
  exit(code: number): never;

  /** Whether it is granted already, as a whole; asks nobody. */
  isGranted(permission: Permission): boolean;
  /** All variables of the environment. */
  variables(): Record<string, string>;
  /** One variable of the environment. */
  variable(name: string): string | undefined;
  /** What a file holds, piece by piece. Whoever leaves off early closes it. */
  readFile(url: URL): AsyncIterable<Uint8Array<ArrayBuffer>>;
  /** Writes a text to `unfinished`, and gives that the name `path`: in one folder that is one step. */
  replaceFile(path: string, unfinished: string, text: string): Promise<void>;
  /** A value as the platform's console shows it. */
  inspect(value: unknown): string;
}
