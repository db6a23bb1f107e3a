import { storageError } from "../record/storage_error.ts";

/** How a process is reached: for its owner's eyes only, since the token lets in. */
interface Address {
  readonly url: string;
  readonly token: string;
}

/** The file by which a shell finds the process. */
export class ControlFile {
  readonly #path: string;
  readonly #text: string;

  /** Nothing is written yet. */
  constructor(path: string, { url, token }: Address) {
    this.#path = path;
    this.#text = JSON.stringify({ url, token }) + "\n";
  }

  /** What is written, before it takes the place of the file. */
  static unfinished(path: string): string {
    return `${path}.new`;
  }

  /**
   * Writes it anew. A link that somebody has put there is replaced, and not followed. Rejects with `PERMISSION_DENIED` or
   * `STORAGE_FAILED`.
   */
  async write(): Promise<void> {
    const unfinished = ControlFile.unfinished(this.#path);
    try {
      await ignoreAbsent(Deno.remove(unfinished));
      await Deno.writeTextFile(unfinished, this.#text, {
        createNew: true,
        mode: 0o600,
      });
      await Deno.rename(unfinished, this.#path);
    } catch (cause) {
      await Deno.remove(unfinished).catch(() => {}); // the first error says more
      throw storageError("write to", this.#path, cause);
    }
  }

  /** Removes it, unless another process has put its own there. */
  async remove(): Promise<void> {
    const text = await ignoreAbsent(Deno.readTextFile(this.#path));
    if (text === this.#text) await ignoreAbsent(Deno.remove(this.#path));
  }
}

async function ignoreAbsent<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
