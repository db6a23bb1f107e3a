import type { Terminal } from "../terminal/terminal.ts";

/** Options of {@linkcode MergedLog}. */
export interface MergedLogOptions {
  /** Names of all processes, to align the lines. */
  readonly names: readonly string[];
  /**
   * Log format of the processes: JSON receives the name as a field, other lines
   * as a prefix.
   */
  readonly format: "json" | "pretty";
  /** True if standard output may use colors. */
  readonly colors: boolean;
}

const COLORS = [36, 33, 35, 32, 34, 96, 93, 95, 92, 94];

/**
 * Merges the output of several processes, each line with the name of its
 * process.
 */
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

  /** Prints a line of the standard output of a process. */
  printOutput(name: string, line: string): void {
    this.#terminal.print(
      this.#options.format === "json"
        ? withField(name, line)
        : this.#prefix(name, this.#options.colors) + line,
    );
  }

  /**
   * Prints a line of the standard error of a process: from Deno or its code,
   * never JSON.
   */
  printError(name: string, line: string): void {
    this.#terminal.printError(this.#prefix(name, this.#terminal.colors) + line);
  }

  #prefix(name: string, colors: boolean): string {
    const text = `${name.padEnd(this.#width)} | `;
    if (!colors) return text;
    const color = COLORS[this.#options.names.indexOf(name) % COLORS.length];
    return `\x1b[${color}m${text}\x1b[0m`;
  }
}

/**
 * Adds the name as the first field of a JSON record. A line that is not a
 * record becomes one, so that all lines can be parsed.
 */
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
