import { CaryatidError } from "@caryatid/sdk";
import type { ProcessConfig } from "@caryatid/process/internal/config";
import { configUrl, readConfigFiles } from "../project/config_files.ts";
import { statOf, storageError } from "../project/files.ts";
import { filePath, fileUrl } from "@caryatid/process/internal/platform";
import type { CheckOptions } from "../review/checked_config.ts";
import { fetchGuestCode } from "../run/guests.ts";
import { readValidConfig } from "../review/valid_config.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { CodeOwners } from "./code_owners.ts";
import { learnedRights } from "./learned_rights.ts";
import { learnedToml, tomlText } from "./learned_toml.ts";
import { watchedRun } from "./watched_run.ts";

/** Options of {@linkcode learn}. */
export interface LearnOptions extends CheckOptions {
  /**
   * Time after which the run is stopped, in milliseconds; without it the run
   * lasts until it ends or Ctrl-C.
   */
  readonly time?: number | undefined;
  /** Path of a new file; standard output unless set. */
  readonly output?: string | undefined;
  /** True if isolated modules run without a jail (false). */
  readonly isUnjailed?: boolean | undefined;
}

/**
 * `caryatid permissions FILE… --learn`: runs the configuration with everything
 * that can be granted, and writes the rights that its modules used as TOML.
 * Returns the exit code: 1 if the run failed, since the rights are probably
 * incomplete then.
 */
export async function learn(
  terminal: Terminal,
  files: readonly string[],
  options: LearnOptions = {},
): Promise<0 | 1 | 2> {
  const { output, flags = [], allowImport, isUnjailed = false } = options;
  if (output !== undefined) checkOutput(output);
  await using folder = await temporaryFolder();
  const all = await withOverlay(files, folder.path, options);
  const checked = await readValidConfig(terminal, all.map(configUrl), options);
  if (checked === undefined) return 2;
  await fetchGuestCode(checked, options);
  const owners = await CodeOwners.of(checked, flags);
  terminal.printError(
    "running with everything that can be granted; Ctrl-C ends the run",
  );
  const start = performance.now();
  const watched = await watchedRun(checked, all, {
    ...{ time: options.time, flags, allowImport, isUnjailed },
    folder: `${folder.path}/run`,
    onOutput: (line) => terminal.printError(line),
  });
  const seconds = (performance.now() - start) / 1000;
  const toml = learnedToml(
    learnedRights(checked, watched, owners),
    new URL(".", output === undefined ? checked.files[0]! : fileUrl(output)),
    `What modules of ${files.join(", ")} used in ${seconds.toFixed(1)} s.`,
  );
  if (output === undefined) terminal.print(toml);
  else await write(terminal, output, toml);
  const { exitCode } = watched;
  if (exitCode === 0) return 0;
  terminal.printError(
    `the run ended with exit code ${exitCode}: the rights may be incomplete`,
  );
  return 1;
}

async function temporaryFolder() {
  const path = await Deno.makeTempDir({ prefix: "caryatid_learn_" });
  await Deno.mkdir(`${path}/run`);
  const remove = () => Deno.remove(path, { recursive: true });
  return { path, [Symbol.asyncDispose]: remove };
}

/**
 * Returns the files, with an overlay by which isolated parts can be watched.
 */
async function withOverlay(
  files: readonly string[],
  folder: string,
  options: LearnOptions,
): Promise<readonly string[]> {
  const config = await readConfigFiles(files.map(configUrl), options);
  const overlay = guestOverlay(config);
  if (overlay === undefined) return files;
  const path = `${folder}/watched.toml`;
  await Deno.writeTextFile(path, overlay);
  return [...files, path];
}

/**
 * Memory limit of a guest that replaces a worker, in MiB. A worker has no
 * limit.
 */
const MEMORY = 4096;
const ANY_TOPIC = [
  ...["publish", "subscribe", "request", "handle"]
    .map((right) => `${right} = ["#"]`),
  'groups = ["*"]',
];

/**
 * Returns TOML by which isolated modules and buses can be watched: each runs in
 * a separate process, to which all uses belong, and may use any
 * topic and group. Returns undefined if no part is isolated.
 */
function guestOverlay({ modules, buses }: ProcessConfig): string | undefined {
  const isIsolated = ({ isolation }: { readonly isolation: string }) =>
    isolation !== "none";
  const sections = [
    ...modules.filter(isIsolated).map(({ id, isolation }) => [
      ...overlaySection(`module.${tomlText(id)}`, isolation),
      `[module.${tomlText(id)}.permissions]`,
      ...ANY_TOPIC,
    ]),
    ...buses.filter(isIsolated).map(({ id, isolation }) =>
      overlaySection(`message-bus.${tomlText(id)}`, isolation)
    ),
  ];
  return sections.length === 0 ? undefined : sections.flat().join("\n");
}

function overlaySection(name: string, isolation: string): string[] {
  return [
    `[${name}]`,
    'isolation = "process"',
    ...isolation === "worker" ? [`[${name}.limits]`, `memory = ${MEMORY}`] : [],
  ];
}

/** Existing files are not overwritten. Checked before the run, not after. */
function checkOutput(path: string): void {
  if (statOf(path)) {
    throw new CaryatidError(
      "INVALID_OPTION",
      `Cannot write "${path}": found a file; expected none to be there`,
      {
        hint: "Write to another file, and run both: caryatid run FILE LEARNED.",
      },
    );
  }
  const folder = new URL(".", fileUrl(path));
  if (statOf(folder)) return;
  throw new CaryatidError(
    "INVALID_OPTION",
    `Cannot write "${path}": found none; expected a folder to write it in`,
    { hint: `Run mkdir -p "${filePath(folder)}".` },
  );
}

/**
 * Prints the result if it cannot be written, so that a long run is not lost.
 */
async function write(
  terminal: Terminal,
  path: string,
  toml: string,
): Promise<void> {
  try {
    await Deno.writeTextFile(path, `${toml}\n`, { createNew: true });
  } catch (cause) {
    terminal.print(toml);
    const hint = "Take the result from standard output.";
    throw storageError(path, cause, hint);
  }
}
