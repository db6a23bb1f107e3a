import { CaryatidError } from "@caryatid/sdk";
import { closeSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import process from "node:process";
import { storageError, systemCode } from "./storage_error.ts";

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
    return hasSystemLocks() ? lockBySystem(path) : lockByProcess(path);
  } catch (cause) {
    throw storageError("write to", folder, cause);
  }
}

/** Runtimes other than Deno come here without its names. */
function hasSystemLocks(): boolean {
  return "Deno" in globalThis && "tryLockSync" in Deno.FsFile.prototype;
}

function lockBySystem(path: string): FolderLock {
  const file = Deno.openSync(path, { create: true, write: true, read: true });
  let held = false;
  try {
    held = file.tryLockSync(true);
    if (!held) throw inUse(path);
  } finally {
    if (!held) file.close();
  }
  return {
    release: () => {
      if (held) file.close();
      held = false;
    },
  };
}

function lockByProcess(path: string): FolderLock {
  for (let attempt = 0;; attempt++) {
    try {
      const file = openSync(path, "wx");
      writeSync(file, String(process.pid));
      closeSync(file);
      break;
    } catch (error) {
      if (systemCode(error) !== "EEXIST") throw error;
    }
    const holder = Number(readFileSync(path, "utf8"));
    // A file without a number is being written, or was when its process was killed.
    if (attempt > 0 || isAlive(holder)) throw inUse(path);
    rmSync(path, { force: true });
  }
  let held = true;
  return {
    release: () => {
      if (held) rmSync(path, { force: true });
      held = false;
    },
  };
}

function isAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) !== "ESRCH";
  }
}

function inUse(path: string): CaryatidError {
  const folder = path.slice(0, -NAME.length - 1);
  return new CaryatidError(
    "FOLDER_IN_USE",
    `Cannot record to ${JSON.stringify(folder)}: ` +
      "found another recorder at work there, wanted a folder of its own",
    { hint: 'give each [module.<id>] of class "record" another "path"' },
  );
}
