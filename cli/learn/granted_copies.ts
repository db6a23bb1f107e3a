import { CaryatidError } from "@caryatid/sdk";
import { type Part, partName } from "../inspection/inspection.ts";
import { statOf } from "../project/files.ts";

/** Maximum size of all copies, in bytes. */
const MAX_SIZE = 256 * 2 ** 20;

/**
 * Copies of the paths that isolated parts may write: a run that learns rights
 * changes the copies only.
 */
export class GrantedCopies {
  readonly #folder: string;
  readonly #copies = new Map<string, string>();
  #size = 0;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Copies everything that these parts may write.
   *
   * @param folder empty folder for the copies
   * @throws {CaryatidError} `INVALID_OPTION` above 256 MiB
   */
  static async make(
    parts: readonly Part[],
    folder: string,
  ): Promise<GrantedCopies> {
    const copies = new GrantedCopies(folder);
    for (const part of parts) {
      for (const path of part.config.permissions?.write ?? []) {
        if (copies.#copies.has(path) || statOf(path) === undefined) continue;
        const copy = `${folder}/${copies.#copies.size}`;
        copies.#copies.set(path, copy);
        await copies.#copy(part, path, copy);
      }
    }
    return copies;
  }

  /** Returns the copies of a part, by the granted path. */
  of({ config: { permissions } }: Part): ReadonlyMap<string, string> {
    const write = permissions?.write ?? [];
    return new Map(
      write.flatMap((path) => {
        const copy = this.#copies.get(path);
        return copy === undefined ? [] : [[path, copy]];
      }),
    );
  }

  /** Links and devices are left out: a link leads to what it names. */
  async #copy(part: Part, from: string, to: string): Promise<void> {
    const { isDirectory, isFile, size } = await Deno.stat(from);
    if (!isDirectory) {
      if (!isFile) return;
      this.#size += size;
      if (this.#size > MAX_SIZE) throw tooLarge(part);
      await Deno.copyFile(from, to);
      return;
    }
    await Deno.mkdir(to);
    for await (const { name, isSymlink } of Deno.readDir(from)) {
      if (isSymlink || `${from}/${name}` === this.#folder) continue;
      await this.#copy(part, `${from}/${name}`, `${to}/${name}`);
    }
  }
}

function tooLarge(part: Part): CaryatidError {
  return new CaryatidError(
    "INVALID_OPTION",
    `Cannot learn what [${partName(part)}] uses: found more than ` +
      `${MAX_SIZE / 2 ** 20} MiB in the paths that modules may write; ` +
      "expected less, because they are copied for the run",
    {
      hint: "Use --unjailed: modules then change the files themselves.",
    },
  );
}
