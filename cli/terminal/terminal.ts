/** Output of a command. */
export interface Terminal {
  /** Prints a line of the result. */
  print(line: string): void;
  /** Prints a line about problems or progress. */
  printError(line: string): void;
  /** True if `printError` may use colors. */
  readonly colors: boolean;
  /**
   * True once the reader of the result is gone, as behind `| head -n 1`
   * (false).
   */
  readonly closed?: boolean;
  /** Reason why a part of the result was lost, such as a full disk. */
  readonly loss?: unknown;
}

const RESET = "\x1b[0m";
const STYLES = { red: "\x1b[31m", yellow: "\x1b[33m", dim: "\x1b[2m" };

/**
 * Terminal of this program: a real one, a pipe or a file. Uses colors on a real
 * one unless NO_COLOR is set.
 */
export function standardTerminal(): Terminal {
  let closed = false;
  let loss: unknown;
  return {
    print(line) {
      try {
        writeLine(line);
      } catch (error) {
        if (error instanceof Deno.errors.BrokenPipe) closed = true;
        else loss ??= error;
      }
    },
    // deno-lint-ignore no-console -- it is the program's output
    printError: (line) => console.error(line),
    get colors() {
      return Deno.stderr.isTerminal() && !Deno.noColor;
    },
    get closed() {
      return closed;
    },
    get loss() {
      return loss;
    },
  };
}

/** Unlike console.log, throws if the line cannot be written. */
function writeLine(line: string): void {
  const bytes = new TextEncoder().encode(`${line}\n`);
  for (let at = 0; at < bytes.length;) {
    at += Deno.stdout.writeSync(bytes.subarray(at));
  }
}

/** Returns the text in a color if the terminal uses colors. */
export function colored(
  terminal: Terminal,
  style: keyof typeof STYLES,
  text: string,
): string {
  return terminal.colors ? STYLES[style] + text + RESET : text;
}

/** Returns a function that prints lines of progress. */
export function progressTo(terminal: Terminal): (line: string) => void {
  return (line) => terminal.printError(colored(terminal, "dim", line));
}

/**
 * Replaces control characters in foreign text, so that it cannot control the
 * terminal. Line feeds become spaces unless `lines` is "many".
 */
export function harmless(text: string, lines: "one" | "many" = "one"): string {
  const safe = text.replaceAll("\r\n", "\n")
    .replace(/(?!\n)[\p{Cc}\p{Cf}]/gu, "�");
  return lines === "many" ? safe : safe.replaceAll("\n", " ");
}
