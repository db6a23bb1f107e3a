import { CaryatidError } from "@caryatid/sdk";
import { closeSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import process from "node:process";
import { storageError, systemCode } from "../storage_error.ts";

const NAME = ".lock";

/** Exclusive lock of a folder, until it is released or its process ends. */
export interface FolderLock {
  /**
   * Releases the lock; harmless twice. Synchronous, so that a failed start can
   * release it.
   */
  release(): void;
}

/**
 * Locks a folder for one recorder.
 *
 * On Deno the operating system holds the lock and releases it when the process
 * ends, even by kill -9; the file stays. Node has no such locks: there the file
 * contains the id of the process, and the lock is free once that process has
 * ended.
 *
 * @throws {CaryatidError} `FOLDER_IN_USE`, `PERMISSION_DENIED` or
 * `STORAGE_FAILED`
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
      "found another recorder that uses it; expected a separate folder",
    { hint: 'Give each [module.<id>] of class "record" another "path".' },
  );
}

/** Returns false on runtimes other than Deno, which lack its file locks. */
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

/**
 * Locks by a file with the id of this process. Returns undefined if the file
 * has the id of another running process.
 */
export function lockByProcess(path: string): FolderLock | undefined {
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
    // A file without an id is being written, or its process was killed while it
    // wrote.
    if (attempt > 0 || isAlive(holder)) return undefined;
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
