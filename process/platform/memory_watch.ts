/** Interval of checks, in milliseconds. */
const LOOK_EVERY = 100;
const PAGE = 4096;

/** Options of {@linkcode MemoryWatch}. */
export interface MemoryWatchOptions {
  /** The process. */
  readonly pid: number;
  /** Bytes that it may take. */
  readonly most: number;
  /** Called once with the memory in bytes, when it exceeds `most`. */
  readonly onTooMuch: (taken: number) => void;
}

/**
 * Watches the memory of a process from its start. The limit of V8 excludes
 * memory outside of its heap, and a guest does not answer while it loads code.
 * Watches nothing if the system does not report the memory to this program.
 */
export class MemoryWatch implements Disposable {
  readonly #options: MemoryWatchOptions;
  readonly #timer: ReturnType<typeof setInterval>;

  /** Watches until it is disposed. */
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

/** Returns the reason for ending a guest that exceeded its memory. */
export function tooMuchMemory(taken: number, most: number): string {
  return `it took ${mebibytes(taken)} MiB of memory, ` +
    `more than the ${mebibytes(most)} of its limits.memory`;
}

function residentMemory(pid: number): number | undefined {
  try {
    const [, pages] = Deno.readTextFileSync(`/proc/${pid}/statm`).split(" ");
    return Number(pages) * PAGE;
  } catch {
    // another system, or no --allow-all: the guest reports its own memory
    return undefined;
  }
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}
