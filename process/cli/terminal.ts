/** Where a command writes: what was asked for, and beside it what went wrong. */
export interface Terminal {
  /** Writes a line of what was asked for. */
  print(line: string): void;
  /** Writes a line about what went wrong, or is going on. */
  complain(line: string): void;
  /** Whether what is complained is read on a terminal, in colours. */
  readonly colours: boolean;
  /** Whether nobody reads any more what is printed, as behind `| head -n 1` (no). */
  readonly closed?: boolean;
  /** Why something of what was asked for is lost, as where a disk is full. */
  readonly loss?: unknown;
}

const RESET = "\x1b[0m";
const STYLES = { red: "\x1b[31m", yellow: "\x1b[33m", dim: "\x1b[2m" };

/** The terminal, pipe or file that the program writes to. Colours only on a terminal, and not where NO_COLOR is set. */
export const standardTerminal: Terminal = {
  print: (line) => printLine(line),
  // deno-lint-ignore no-console -- it is the program's output
  complain: (line) => console.error(line),
  get colours() {
    return Deno.stderr.isTerminal() && !Deno.noColor;
  },
  get closed() {
    return isClosed;
  },
  get loss() {
    return loss;
  },
};

let isClosed = false;
let loss: unknown;

/** As console.log, by which what can't be written is lost; but this tells of it, and of a pipe that nobody reads. */
function printLine(line: string): void {
  const bytes = new TextEncoder().encode(`${line}\n`);
  try {
    for (let at = 0; at < bytes.length;) {
      at += Deno.stdout.writeSync(bytes.subarray(at));
    }
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) isClosed = true;
    else loss ??= error;
  }
}

/** The text in a colour, where there are any. */
export function coloured(
  terminal: Terminal,
  style: keyof typeof STYLES,
  text: string,
): string {
  return terminal.colours ? STYLES[style] + text + RESET : text;
}

/** Text of others, harmless to a terminal: a line stays one, unless `lines` says otherwise. */
export function harmless(text: string, lines: "one" | "many" = "one"): string {
  const tame = text.replaceAll("\r\n", "\n")
    .replace(/(?!\n)[\p{Cc}\p{Cf}]/gu, "�");
  return lines === "many" ? tame : tame.replaceAll("\n", " ");
}
