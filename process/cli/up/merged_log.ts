import type { Terminal } from "../terminal.ts";

/** How lines of several processes are told from each other. */
export interface MergedLogOptions {
  /** Of all processes, so that what they say is aligned. */
  readonly names: readonly string[];
  /** What the processes write: in JSON the name is a field, else it leads the line. */
  readonly format: "json" | "pretty";
  /** Whether standard output is a terminal with colours. */
  readonly colours: boolean;
}

const COLOURS = [36, 33, 35, 32, 34, 96, 93, 95, 92, 94];

/** One log of several processes. */
export class MergedLog {
  readonly #terminal: Terminal;
  readonly #options: MergedLogOptions;
  readonly #width: number;

  /** Writes to this terminal. */
  constructor(terminal: Terminal, options: MergedLogOptions) {
    this.#terminal = terminal;
    this.#options = options;
    this.#width = Math.max(...options.names.map(({ length }) => length));
  }

  /** A line that a process has printed. */
  printed(name: string, line: string): void {
    this.#terminal.print(
      this.#options.format === "json"
        ? withField(name, line)
        : this.#prefix(name, this.#options.colours) + line,
    );
  }

  /** A line that a process has written to standard error: Deno's, or its code's own; never JSON. */
  complained(name: string, line: string): void {
    this.#terminal.complain(this.#prefix(name, this.#terminal.colours) + line);
  }

  #prefix(name: string, colours: boolean): string {
    const text = `${name.padEnd(this.#width)} | `;
    if (!colours) return text;
    const colour = COLOURS[this.#options.names.indexOf(name) % COLOURS.length];
    return `\x1b[${colour}m${text}\x1b[0m`;
  }
}

/** The record with one more field, in front; what is no record becomes one, so that all lines can be read. */
function withField(name: string, line: string): string {
  const field = `{"process":${JSON.stringify(name)}`;
  if (!isRecord(line)) return `${field},"message":${JSON.stringify(line)}}`;
  const rest = line.trim().slice(1).trimStart();
  return field + (rest === "}" ? rest : `,${rest}`);
}

function isRecord(line: string): boolean {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false; // code of a module may print anything
  }
}
