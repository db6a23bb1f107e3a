import { CaryatidError } from "@caryatid/sdk";
import { storageError } from "../record/storage_error.ts";

/** What a process says to who asks only whether it runs. */
export const ALIVE = 204;
const HERE = /^http:\/\/(127(\.\d+){3}|localhost|\[::1\]):\d+$/;
/** What it has to answer, in milliseconds. */
const PATIENCE = 1_000;

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
   * Makes sure that no other process is reached by it. One that was killed has left its file behind, and is reached by nobody.
   * Rejects with `PERMISSION_DENIED` or `STORAGE_FAILED`.
   */
  static async refuseTaken(path: string): Promise<void> {
    const text = await ignoreAbsent(Deno.readTextFile(path))
      .catch((cause) => {
        throw storageError("write to", path, cause);
      });
    if (text === undefined || !await answers(text)) return;
    throw new CaryatidError(
      "STORAGE_FAILED",
      `Cannot write "${path}": found the file of a process that runs, ` +
        "wanted one of its own",
      { hint: "stop that one, or name another file: file = …" },
    );
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

/** Whether it is written by a process that still runs: by now its port may be anybody's. */
async function answers(text: string): Promise<boolean> {
  try {
    const { url, token } = JSON.parse(text);
    if (!HERE.test(url)) return false;
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(PATIENCE),
      redirect: "error",
    });
    await response.body?.cancel();
    return response.status === ALIVE;
  } catch {
    return false; // it is no such file, or nobody listens there
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
