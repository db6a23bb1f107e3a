import { CaryatidError } from "@caryatid/sdk";
import {
  ConfigError,
  type FaultyConfig,
  type ProcessConfig,
  readFaultyConfig,
} from "@caryatid/process/internal/config";
import { filePath, fileUrl } from "@caryatid/process/internal/platform";
import { statOf } from "./files.ts";

/** Files of the system: only a process with all permissions can read them. */
const SYSTEM = /^\/(dev|proc|sys)\//;

/**
 * Returns the URL of a configuration file that is given by its path or URL.
 *
 * @throws {CaryatidError} `INVALID_OPTION` for standard input (`-`)
 */
export function configUrl(argument: string): URL {
  if (argument === "-") {
    throw new CaryatidError(
      "INVALID_OPTION",
      'Cannot use "-": found standard input; expected a file',
      {
        hint:
          "Use /dev/stdin with check and permissions; write ./- for a file of that name.",
      },
    );
  }
  const url = /^(https?|file|data):/.test(argument)
    ? URL.parse(argument)
    : null;
  return url ?? fileUrl(argument);
}

/**
 * Returns the URLs of files that are read twice: by this command and by the
 * process that it starts.
 *
 * @throws {CaryatidError} `INVALID_OPTION` for a pipe such as `/dev/stdin`,
 * which can be read only once
 */
export function reusableUrls(files: readonly string[]): URL[] {
  return files.map((file) => {
    const url = configUrl(file);
    if (url.protocol === "file:" && !isReusable(filePath(url))) {
      throw pipeError(file);
    }
    return url;
  });
}

/**
 * Returns the files of this machine: others are not watched, and have no folder
 * with a project.
 */
export function localFiles(files: readonly URL[]): URL[] {
  return files.filter(({ protocol }) => protocol === "file:");
}

/**
 * Reads configuration files, later ones over earlier ones, limited to
 * `[process.<process>]` if a name is given.
 *
 * @throws {CaryatidError}
 * `INVALID_OPTION` if there are no files, and the errors of `readConfig`
 */
export async function readConfigFiles(
  files: readonly URL[],
  options: ReadFilesOptions = {},
): Promise<ProcessConfig> {
  const { config, problems } = await readFaultyFiles(files, options);
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

/** Options of {@linkcode readConfigFiles}. */
export interface ReadFilesOptions {
  /** The `[process.<name>]` to read; all of them unless set. */
  readonly process?: string | undefined;
  /** Prefix of variables that override the configuration (CARYATID). */
  readonly envPrefix?: string | undefined;
}

/**
 * Like {@linkcode readConfigFiles}, but returns problems of tables and keys.
 *
 * @throws {CaryatidError}
 * `INVALID_OPTION` if there are no files, and the errors of `readFaultyConfig`
 */
export async function readFaultyFiles(
  files: readonly URL[],
  { process, envPrefix }: ReadFilesOptions = {},
): Promise<FaultyConfig> {
  if (files.length > 0) {
    return await readFaultyConfig(files, { process, envPrefix });
  }
  throw new CaryatidError(
    "INVALID_OPTION",
    "Cannot do without a file: found none; expected a configuration",
    { hint: "Give for example caryatid.toml." },
  );
}

function isReusable(path: string): boolean {
  if (SYSTEM.test(path)) return false;
  const info = statOf(path);
  return info === undefined || info.isFile || info.isDirectory;
}

function pipeError(file: string): CaryatidError {
  return new CaryatidError(
    "INVALID_OPTION",
    `Cannot use "${file}": found a pipe or a place of the system; expected a ` +
      "file that its process can read, too",
    {
      hint: "Write it to a file next to the code that it imports. Only " +
        "check and permissions can read it from a pipe.",
    },
  );
}
