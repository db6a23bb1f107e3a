import { pathToFileURL } from "node:url";

/** The code of a guest, in a file that changes; gone when it is disposed of. */
export class GuestFile implements AsyncDisposable {
  /** Where it is. */
  readonly url: string;
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
    this.url = pathToFileURL(path).href;
  }

  /** Writes the first code. */
  static async make(code: string): Promise<GuestFile> {
    const path = await Deno.makeTempFile({
      dir: import.meta.dirname!,
      suffix: ".ts",
    });
    const file = new GuestFile(path);
    await file.write(code);
    return file;
  }

  /** Takes the place of what it holds. */
  async write(code: string): Promise<void> {
    await Deno.writeTextFile(this.#path, code);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#path);
  }
}
