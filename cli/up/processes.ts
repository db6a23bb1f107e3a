import { CaryatidError } from "@caryatid/sdk";
import { nearest } from "@caryatid/process/internal/config";
import {
  type CheckedConfig,
  type CheckOptions,
  limitedToProcess,
} from "../review/checked_config.ts";

/** Options of `up`. */
export interface UpOptions extends Omit<CheckOptions, "process"> {
  /** Names of the processes to start (all). */
  readonly only?: readonly string[] | undefined;
}

/**
 * Returns each process by its name, in the order of the files. Files without
 * `[process.<name>]` are one process with the name of the first file.
 */
export function processesOf(
  checked: CheckedConfig,
  only?: readonly string[],
): Map<string, CheckedConfig> {
  const { processes } = checked.config;
  const all = new Map(
    processes.map(({ name }) => [name, limitedToProcess(checked, name)]),
  );
  if (all.size === 0) all.set(processName(checked.files), checked);
  for (const name of only ?? []) {
    if (!all.has(name)) throw unknownProcess(name, all);
  }
  return only === undefined
    ? all
    : new Map([...all].filter(([name]) => only.includes(name)));
}

function processName(files: readonly URL[]): string {
  // a command may add a `data:` URL
  const file = files.find(({ protocol }) => protocol !== "data:");
  const name = (file?.pathname ?? "").replace(/^.*\/|\.toml$/g, "");
  return name.replace(/%..|[^\w.-]/g, "-") || "service";
}

function unknownProcess(
  name: string,
  all: ReadonlyMap<string, CheckedConfig>,
): CaryatidError {
  const meant = nearest(name, all.keys());
  return new CaryatidError(
    "INVALID_OPTION",
    `Cannot start only "${name}": expected one of ${
      [...all.keys()].join(", ")
    }`,
    meant === undefined ? {} : { hint: `Write "${meant}".` },
  );
}
