import { CaryatidError } from "@caryatid/sdk";
import { lockByProcess } from "./process_lock.ts";
import { storageError } from "./storage_error.ts";

const NAME = ".lock";

/** Says that a folder is taken, until it is released or its process ends, in whichever way. */
export interface FolderLock {
  /** Lets others have the folder; harmless twice. At once, so that also a start that fails can do it. */
  release(): void;
}

/**
 * Takes a folder for one recorder.
 *
 * On Deno the system holds the lock, and gives it free when the process ends, even by kill -9; the file stays, and means nothing.
 * Node has no such locks: there the file has the number of a process, and one that doesn't live any more holds nothing.
 *
 * @throws {CaryatidError} `FOLDER_IN_USE`, `PERMISSION_DENIED` or `STORAGE_FAILED`
 */
export function lockFolder(folder: string): FolderLock {
  const path = `${folder}/${NAME}`;
  try {
    const lock = hasSystemLocks() ? lockBySystem(path) : lockByProcess(path);
    if (lock !== undefined) return lock;
  } catch (cause) {
    throw storageError("write to", folder, cause);
  }
  throw new CaryatidError(
    "FOLDER_IN_USE",
    `Cannot record to ${JSON.stringify(folder)}: ` +
      "found another recorder at work there, wanted a folder of its own",
    { hint: 'give each [module.<id>] of class "record" another "path"' },
  );
}

/** Runtimes other than Deno come here without its names. */
function hasSystemLocks(): boolean {
  return "Deno" in globalThis && "tryLockSync" in Deno.FsFile.prototype;
}

function lockBySystem(path: string): FolderLock | undefined {
  const file = Deno.openSync(path, { create: true, write: true, read: true });
  let held = false;
  try {
    held = file.tryLockSync(true);
  } finally {
    if (!held) file.close();
  }
  return !held ? undefined : {
    release: () => {
      if (held) file.close();
      held = false;
    },
  };
}
