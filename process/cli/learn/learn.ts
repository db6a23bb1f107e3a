import { CaryatidError } from "@caryatid/sdk";
import { configUrl, readConfigFiles } from "../config_files.ts";
import { filePath, fileUrl } from "../file_urls.ts";
import { fetchGuestCode } from "../guest_code.ts";
import { showProblems } from "../show_problems.ts";
import { readSubject, type SubjectOptions } from "../subject.ts";
import type { Terminal } from "../terminal.ts";
import { CodeOwners } from "./code_owners.ts";
import { guestOverlay } from "./guest_overlay.ts";
import { learnedRights } from "./learned_rights.ts";
import { learnedToml } from "./learned_toml.ts";
import { watchedRun } from "./watched_run.ts";

/** What `permissions --learn` takes besides its files. */
export interface LearnOptions extends SubjectOptions {
  /** When the run is asked to stop, in milliseconds; undefined is when it ends, or at Ctrl-C. */
  readonly time?: number | undefined;
  /** The path of a file that isn't there yet; undefined for standard output. */
  readonly output?: string | undefined;
}

/**
 * `caryatid permissions FILE… --learn`: runs the configuration with all that can be granted, and writes the rights that its modules
 * used as TOML. Gives the exit code: 1 if the run failed, since then it is probably not all.
 */
export async function learn(
  terminal: Terminal,
  files: readonly string[],
  options: LearnOptions = {},
): Promise<0 | 1 | 2> {
  const { output, flags = [], allowImport } = options;
  if (output !== undefined) await checkOutput(output);
  await using folder = await temporaryFolder();
  const all = await withOverlay(files, folder.path, options);
  const subject = await readSubject(all.map(configUrl), options);
  if (subject.problems.length > 0) {
    showProblems(terminal, subject.problems, []);
    return 2;
  }
  await fetchGuestCode(subject, options);
  const owners = await CodeOwners.of(subject, flags);
  terminal.complain("running with all that can be granted; Ctrl-C ends it");
  const start = performance.now();
  const watched = await watchedRun(subject, all, {
    ...{ time: options.time, flags, allowImport, folder: `${folder.path}/run` },
    hear: (line) => terminal.complain(line),
  });
  const seconds = (performance.now() - start) / 1000;
  const toml = learnedToml(
    learnedRights(subject, watched, owners),
    new URL(".", output === undefined ? subject.files[0]! : fileUrl(output)),
    `What modules of ${files.join(", ")} used in ${seconds.toFixed(1)} s.`,
  );
  if (output === undefined) terminal.print(toml);
  else await write(terminal, output, toml);
  const { exitCode } = watched;
  if (exitCode === 0) return 0;
  terminal.complain(
    `the run ended with exit code ${exitCode}: what it didn't come to is missing`,
  );
  return 1;
}

async function temporaryFolder() {
  const path = await Deno.makeTempDir({ prefix: "caryatid_learn_" });
  await Deno.mkdir(`${path}/run`);
  const remove = () => Deno.remove(path, { recursive: true });
  return { path, [Symbol.asyncDispose]: remove };
}

/** The files, and what has to be laid over them so that what is isolated can be watched. */
async function withOverlay(
  files: readonly string[],
  folder: string,
  { process }: LearnOptions,
): Promise<readonly string[]> {
  const config = await readConfigFiles(files.map(configUrl), process);
  const overlay = guestOverlay(config);
  if (overlay === undefined) return files;
  const path = `${folder}/watched.toml`;
  await Deno.writeTextFile(path, overlay);
  return [...files, path];
}

/** Nobody's file is written over; said before the run, not after it. */
async function checkOutput(path: string): Promise<void> {
  if (await isThere(path)) {
    throw new CaryatidError(
      "INVALID_OPTION",
      `Cannot write "${path}": found a file, wanted none to be there`,
      {
        hint:
          "write elsewhere, and lay that over it: caryatid run FILE LEARNED",
      },
    );
  }
  const folder = new URL(".", fileUrl(path));
  if (await isThere(folder)) return;
  throw new CaryatidError(
    "INVALID_OPTION",
    `Cannot write "${path}": found none, wanted a folder to write it in`,
    { hint: `mkdir -p "${filePath(folder)}"` },
  );
}

async function isThere(path: string | URL): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch {
    return false; // not for us, at least
  }
}

/** What a long run has found isn't lost with the file. */
async function write(
  terminal: Terminal,
  path: string,
  toml: string,
): Promise<void> {
  try {
    await Deno.writeTextFile(path, `${toml}\n`, { createNew: true });
  } catch (cause) {
    terminal.print(toml);
    throw new CaryatidError(
      "STORAGE_FAILED",
      `Cannot write "${path}": ${(cause as Error).message}`,
      { cause, hint: "it is on standard output instead" },
    );
  }
}
