import { stringify } from "yaml";
import { reusableUrls } from "../project/config_files.ts";
import {
  type CheckedConfig,
  type CheckOptions,
  readCheckedConfig,
} from "../review/checked_config.ts";
import { workerSources } from "../run/guests.ts";
import type { Grant } from "../permissions/grants.ts";
import { showProblems } from "../terminal/show_problems.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { processesOf } from "../up/processes.ts";
import { brokerService, brokersOf } from "./broker.ts";
import { processService } from "./process_service.ts";

const HEAD = "# Written by caryatid compose: a container for each process.";

/**
 * `caryatid compose FILE…`: prints a compose file with a container for each
 * process. Returns the exit code.
 */
export async function compose(
  terminal: Terminal,
  files: readonly string[],
  options: Omit<CheckOptions, "process"> = {},
): Promise<0 | 2> {
  const checked = await readCheckedConfig(reusableUrls(files), {
    ...options,
    listsKeys: true,
  });
  showProblems(terminal, checked.problems, checked.notices);
  if (checked.problems.length > 0) return 2;
  const processes = processesOf(checked);
  const sources = await workerSources(checked, options);
  // Quoted where YAML 1.1 would read something else, and without anchors or
  // folded lines.
  const text = stringify(composeFile(processes, sources), {
    aliasDuplicateObjects: false,
    compat: "yaml-1.1",
    lineWidth: 0,
  });
  terminal.print(`${HEAD}\n${text.trimEnd()}`);
  return 0;
}

/**
 * Returns the compose file of these processes, and of the broker between them
 * if it runs in a container.
 */
function composeFile(
  processes: ReadonlyMap<string, CheckedConfig>,
  sources: readonly Grant[],
): unknown {
  const [[first, checked]] = [...processes] as [[string, CheckedConfig]];
  const brokers = brokersOf(checked);
  const host = processes.has("rabbitmq") ? "rabbitmq-broker" : "rabbitmq";
  const services = [...processes].map(([name, own]) => [
    name,
    processService(own, { brokers, host, sources }),
  ]);
  if (brokers.length > 0) services.push([host, brokerService(brokers, host)]);
  return {
    name: projectName(checked, first),
    services: Object.fromEntries(services),
    volumes: {
      "deno-dir": {},
      ...brokers.length > 0 ? { [host]: {} } : {},
    },
  };
}

/** Compose requires a name in lower case. */
function projectName({ files }: CheckedConfig, otherwise: string): string {
  const file = decodeURIComponent(files[0]!.pathname.split("/").at(-1)!);
  const name = file.replace(/\.toml$/, "").toLowerCase()
    .replace(/[^a-z0-9_-]/g, "-").replace(/^[^a-z0-9]+/, "");
  return name || otherwise.toLowerCase();
}
