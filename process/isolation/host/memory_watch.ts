/** From one look to the next, in milliseconds. */
const LOOK_EVERY = 100;
const PAGE = 4096;

/** What a {@linkcode MemoryWatch} is made of. */
export interface MemoryWatchOptions {
  /** The process. */
  readonly pid: number;
  /** Bytes that it may take. */
  readonly most: number;
  /** Called once, with the bytes that it takes when that is more. */
  readonly onTooMuch: (taken: number) => void;
}

/**
 * Looks at what a process takes, from its first moment on: V8's own limit leaves out what isn't on its heap, and the guest can't be
 * asked while it loads code. Where the system doesn't tell, or not this program, nothing is watched.
 */
export class MemoryWatch implements Disposable {
  readonly #options: MemoryWatchOptions;
  readonly #timer: ReturnType<typeof setInterval>;

  /** Looks until it is disposed of. */
  constructor(options: MemoryWatchOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const { pid, most, onTooMuch } = this.#options;
    const taken = residentMemory(pid);
    if (taken === undefined || taken <= most) return;
    this[Symbol.dispose]();
    onTooMuch(taken);
  }
}

/** How the end of a guest is told that took too much. */
export function tooMuchMemory(taken: number, most: number): string {
  return `it took ${mebibytes(taken)} MiB of memory, ` +
    `more than the ${mebibytes(most)} of its limits.memory`;
}

function residentMemory(pid: number): number | undefined {
  try {
    const [, pages] = Deno.readTextFileSync(`/proc/${pid}/statm`).split(" ");
    return Number(pages) * PAGE;
  } catch {
    return undefined; // another system, or a program without --allow-all: the guest tells itself
  }
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}
