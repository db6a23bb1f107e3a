import { CaryatidError } from "@caryatid/sdk";
import { basename, dirname, join, resolve } from "node:path";

/**
 * Where the binary is made: a folder beside its place, so that it gets there at once or not at all, and nothing else is left
 * however it ends.
 */
export class Output implements Disposable {
  /** Where the binary is to be. */
  readonly path: string;
  /** Exists until this is disposed of. */
  readonly folder: string;

  private constructor(path: string, folder: string) {
    this.path = path;
    this.folder = folder;
  }

  /**
   * Makes the folder. All at once: a signal can't come between.
   *
   * @throws {CaryatidError} `STORAGE_FAILED` where nothing can be written
   */
  static make(path: string): Output {
    const prefix = `.${basename(path)}.`;
    try {
      const folder = Deno.makeTempDirSync({ dir: dirname(path), prefix });
      return new Output(path, folder);
    } catch (cause) {
      throw storageError(path, cause);
    }
  }

  /** The place of a file in the folder. */
  file(name: string): string {
    return join(this.folder, name);
  }

  /**
   * Moves a file of the folder to its place.
   *
   * @throws {CaryatidError} `STORAGE_FAILED`
   */
  take(name: string): void {
    try {
      Deno.renameSync(this.file(name), this.path);
    } catch (cause) {
      throw storageError(this.path, cause);
    }
  }

  /** Removes the folder. */
  [Symbol.dispose](): void {
    Deno.removeSync(this.folder, { recursive: true });
  }
}

/**
 * Checks the place of a binary; gives its whole path.
 *
 * @throws {CaryatidError} `INVALID_OPTION` for a folder, for something that is there unless `isForced`, and in a folder that isn't
 */
export function checkOutput(given: string, isForced: boolean): string {
  const path = resolve(given);
  if (given === "" || /[/\\]$/.test(given) || infoOf(path)?.isDirectory) {
    throw outputError(given, "found a folder, wanted the name of a file", {
      hint: `for example -o ${join(given, "service")}`,
    });
  }
  if (infoOf(path) && !isForced) {
    throw outputError(given, "found something of that name, wanted nothing", {
      hint: "--force writes over it",
    });
  }
  if (!infoOf(dirname(path))?.isDirectory) {
    throw outputError(given, "found no such folder, wanted one", {
      hint: `make it: mkdir -p ${dirname(given)}`,
    });
  }
  return path;
}

function infoOf(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch {
    return undefined; // whatever is in its way shows when it is written
  }
}

function outputError(
  path: string,
  fault: string,
  options: { readonly hint: string },
): CaryatidError {
  return new CaryatidError(
    "INVALID_OPTION",
    `Cannot write ${JSON.stringify(path)}: ${fault}`,
    options,
  );
}

function storageError(path: string, cause: unknown): CaryatidError {
  return new CaryatidError(
    "STORAGE_FAILED",
    `Cannot write ${JSON.stringify(path)}: ${(cause as Error).message}`,
    { cause },
  );
}
