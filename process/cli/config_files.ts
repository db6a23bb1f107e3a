import { CaryatidError } from "@caryatid/sdk";
import { readConfig } from "../config/read_config.ts";
import type { ProcessConfig } from "../config/process_config.ts";
import { fileUrl } from "./file_urls.ts";

/**
 * What an argument names: a file by its path, or by a URL.
 *
 * @throws {CaryatidError} `INVALID_OPTION` for standard input (`-`)
 */
export function configUrl(argument: string): URL {
  if (argument === "-") throw inputError();
  const url = /^(https?|file):/.test(argument) ? URL.parse(argument) : null;
  return url ?? fileUrl(argument);
}

/**
 * Reads the files of a command line, later ones over earlier ones; of several processes the one that is named.
 *
 * @throws {CaryatidError} `INVALID_OPTION` if none is given, and what `readConfig` throws
 */
export async function readConfigFiles(
  files: readonly URL[],
  process?: string,
): Promise<ProcessConfig> {
  if (files.length > 0) return await readConfig(files, { process });
  throw new CaryatidError(
    "INVALID_OPTION",
    "Cannot do without a file: found none, wanted a configuration",
    { hint: "for example caryatid.toml" },
  );
}

function inputError(): CaryatidError {
  return new CaryatidError(
    "INVALID_OPTION",
    'Cannot use "-": found standard input, wanted a file',
    {
      hint: "check and permissions take /dev/stdin; a file of that name is ./-",
    },
  );
}
