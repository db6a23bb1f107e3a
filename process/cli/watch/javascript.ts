import { CaryatidError } from "@caryatid/sdk";
import { filePath } from "../file_urls.ts";
import { safeEnvironment } from "../inspection/child.ts";
import type { CodeFile } from "./code_graph.ts";

/** Local code as JavaScript, made by Deno as for a run; what hasn't changed isn't made again. */
export class JavaScript {
  readonly #made = new Map<string, { text: string; script: string }>();
  readonly #flags: readonly string[];

  /** `flags` say which configuration of Deno counts. */
  constructor(flags: readonly string[]) {
    this.#flags = flags;
  }

  /** That of a file which holds `text`. Data that is imported stays as it is. Rejects with `LOAD_FAILED`. */
  async of(file: CodeFile, text: string): Promise<string> {
    if (!file.translated) return text;
    const made = this.#made.get(file.url);
    if (made?.text === text) return made.script;
    const script = await this.#translate(file.url);
    this.#made.set(file.url, { text, script });
    return script;
  }

  async #translate(url: string): Promise<string> {
    const { success, stdout, stderr } = await new Deno.Command(
      Deno.execPath(),
      {
        args: [
          "transpile",
          ...this.#flags,
          "--source-map=inline", // so that errors name the lines of the file
          filePath(url),
        ],
        env: { ...safeEnvironment(), NO_COLOR: "1" },
        clearEnv: true,
        stdin: "null",
      },
    ).output();
    if (!success) throw cannotTranslate(url, stderr);
    return new TextDecoder().decode(stdout);
  }
}

function cannotTranslate(url: string, stderr: Uint8Array): CaryatidError {
  const said = new TextDecoder().decode(stderr).split("\n")
    .find((line) => line.startsWith("error: "));
  return new CaryatidError(
    "LOAD_FAILED",
    `Cannot translate ${url}: ${said?.slice(7) ?? "Deno can't say why"}`,
  );
}
