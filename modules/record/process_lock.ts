import { closeSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import process from "node:process";
import type { FolderLock } from "./folder_lock.ts";
import { systemCode } from "./storage_error.ts";

/** Where a system has no locks: makes a file with the number of this process. Gives undefined if another one that lives has done so. */
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
    // A file without a number is being written, or was when its process was killed.
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
