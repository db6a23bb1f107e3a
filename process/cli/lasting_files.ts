import { CaryatidError } from "@caryatid/sdk";
import { configUrl } from "./config_files.ts";
import { filePath } from "./file_urls.ts";

/** Deno opens what lies there only for who may do everything. */
const SYSTEM = /^\/(dev|proc|sys)\//;

/**
 * What arguments name whose files are read again, by the process that is started for example.
 *
 * @throws {CaryatidError} `INVALID_OPTION` for a pipe, such as `/dev/stdin`: it can be read only once, and by who has it open
 */
export function lastingUrls(files: readonly string[]): URL[] {
  return files.map((file) => {
    const url = configUrl(file);
    if (url.protocol === "file:" && isPassing(filePath(url))) {
      throw passingError(file);
    }
    return url;
  });
}

function isPassing(path: string): boolean {
  if (SYSTEM.test(path)) return true;
  try {
    const { isFile, isDirectory } = Deno.statSync(path);
    return !isFile && !isDirectory;
  } catch {
    return false; // who reads it says what is wrong
  }
}

function passingError(file: string): CaryatidError {
  return new CaryatidError(
    "INVALID_OPTION",
    `Cannot use "${file}": found a pipe or a place of the system, wanted a ` +
      "file that its process can read, too",
    {
      hint: "write it to a file beside what it imports; " +
        "check and permissions read it once, and take it",
    },
  );
}
