import { CaryatidError } from "@caryatid/sdk";
import { storageError } from "../storage_error.ts";

/**
 * Status of a response to the request of another process whether this one runs.
 */
export const ALIVE = 204;
/** Matches URLs of this machine. */
const LOOPBACK_URL = /^http:\/\/(127(\.\d+){3}|localhost|\[::1\]):\d+$/;
/**
 * Timeout of that request, in milliseconds. A busy process must not lose its
 * file.
 */
const PROBE_TIMEOUT = 3_000;

/** Address of a process. Secret: the token grants access. */
interface Address {
  readonly url: string;
  readonly token: string;
}

/** File with the address of a process, for shells. */
export class ControlFile {
  readonly #path: string;
  readonly #text: string;

  /** Creates a file that is not written yet. */
  constructor(path: string, { url, token }: Address) {
    this.#path = path;
    this.#text = JSON.stringify({ url, token }) + "\n";
  }

  /**
   * Returns the path of the temporary file, which replaces the file after it is
   * written.
   */
  static temporary(path: string): string {
    return `${path}.new`;
  }

  /**
   * Rejects with `STORAGE_FAILED` if the file is that of another running
   * process. The file of a killed process is replaced. Rejects with
   * `PERMISSION_DENIED` or `STORAGE_FAILED` if the file cannot be read.
   */
  static async refuseUsed(path: string): Promise<void> {
    const text = await ignoreAbsent(Deno.readTextFile(path))
      .catch((cause) => {
        throw storageError("write to", path, cause);
      });
    if (text === undefined || !await isReachable(text)) return;
    throw new CaryatidError(
      "STORAGE_FAILED",
      `Cannot write "${path}": found the file of a process that runs; ` +
        "expected a separate file",
      { hint: "Stop that process, or set file to another path." },
    );
  }

  /**
   * Writes the file. A symbolic link at its path is replaced, not followed.
   * Rejects with `PERMISSION_DENIED` or `STORAGE_FAILED`.
   */
  async write(): Promise<void> {
    const temporary = ControlFile.temporary(this.#path);
    try {
      await ignoreAbsent(Deno.remove(temporary));
      await Deno.writeTextFile(temporary, this.#text, {
        createNew: true,
        mode: 0o600,
      });
      await Deno.rename(temporary, this.#path);
    } catch (cause) {
      await Deno.remove(temporary).catch(() => {}); // the first error says more
      throw storageError("write to", this.#path, cause);
    }
  }

  /** Removes the file, unless another process has replaced it. */
  async remove(): Promise<void> {
    const text = await ignoreAbsent(Deno.readTextFile(this.#path));
    if (text === this.#text) await ignoreAbsent(Deno.remove(this.#path));
  }
}

/**
 * Returns true if a running control module answers at the address. Its port may
 * belong to another program by now.
 */
async function isReachable(text: string): Promise<boolean> {
  try {
    const { url, token } = JSON.parse(text);
    if (!LOOPBACK_URL.test(url)) return false;
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(PROBE_TIMEOUT),
      redirect: "error",
    });
    await response.body?.cancel();
    return response.status === ALIVE;
  } catch {
    return false; // the file has another content, or no server listens
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
