/** Temporary folder with the files of a service. */
export class ServiceFolder implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Creates a folder with these files: their texts by name. */
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

  /** Returns the path of a file in the folder. */
  file(name: string): string {
    return `${this.path}/${name}`;
  }

  /** Removes the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** Returns the text of a module with this definition, after this code. */
export function moduleText(definition: string, before = ""): string {
  return `
    import { defineModule } from "@caryatid/sdk";
    import { z } from "zod";
    ${before}
    export default defineModule({ ${definition} });
  `;
}
