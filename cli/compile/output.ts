import { CaryatidError } from "@caryatid/sdk";
import { basename, dirname, join, resolve } from "node:path";
import { statOf, storageError } from "../project/files.ts";

/**
 * Temporary folder next to the binary's place: a rename puts the complete
 * binary there, and a failure leaves nothing behind.
 */
export class Output implements Disposable {
  /** Path of the binary. */
  readonly path: string;
  /** Path of the folder, which exists until this object is disposed of. */
  readonly folder: string;

  private constructor(path: string, folder: string) {
    this.path = path;
    this.folder = folder;
  }

  /**
   * Creates the folder, synchronously, so that no signal handler runs in
   * between.
   *
   * @throws {CaryatidError} `STORAGE_FAILED` if the folder cannot be created
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

  /** Returns the path of a file in the folder. */
  file(name: string): string {
    return join(this.folder, name);
  }

  /**
   * Moves a file of the folder to the path of the binary.
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
 * Checks the path of a binary. Returns the absolute path.
 *
 * @throws {CaryatidError}
 * `INVALID_OPTION` for a folder, an existing file unless `isForced`, and a path
 * in a missing folder
 */
export function checkOutput(given: string, isForced: boolean): string {
  const path = resolve(given);
  if (given === "" || /[/\\]$/.test(given) || statOf(path)?.isDirectory) {
    throw outputError(given, "found a folder; expected the name of a file", {
      hint: `Write for example -o ${join(given, "service")}.`,
    });
  }
  if (statOf(path) && !isForced) {
    throw outputError(given, "found something of that name; expected nothing", {
      hint: "Pass --force to overwrite it.",
    });
  }
  if (!statOf(dirname(path))?.isDirectory) {
    throw outputError(given, "found no such folder; expected one", {
      hint: `Run mkdir -p ${dirname(given)}.`,
    });
  }
  return path;
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
