/** A folder with the files of a service, for as long as a test needs it. */
export class ServiceFolder implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Makes one with these files: the text of each by its name. */
  static async make(
    files: Readonly<Record<string, string>>,
  ): Promise<ServiceFolder> {
    const path = await Deno.realPath(
      await Deno.makeTempDir({ prefix: "caryatid_cli_" }),
    );
    const folder = new ServiceFolder(path);
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(folder.file(name), text);
    }
    return folder;
  }

  /** The path of a file in it. */
  file(name: string): string {
    return `${this.path}/${name}`;
  }

  /** Removes it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** The text of a module with this definition, and this before it. */
export function moduleText(definition: string, before = ""): string {
  return `
    import { defineModule } from "@caryatid/sdk";
    import { z } from "zod";
    ${before}
    export default defineModule({ ${definition} });
  `;
}
