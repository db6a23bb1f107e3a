import { pathToFileURL } from "node:url";

/** File with the code of a guest, which tests change. Dispose removes it. */
export class GuestFile implements AsyncDisposable {
  /** URL of the file. */
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

  /** Replaces the code. */
  async write(code: string): Promise<void> {
    await Deno.writeTextFile(this.#path, code);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#path);
  }
}
