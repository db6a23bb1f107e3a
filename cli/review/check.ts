import { ConfigError } from "@caryatid/process";
import type { Part } from "../inspection/inspection.ts";
import { configUrl } from "../project/config_files.ts";
import { pluralized, showProblems } from "../terminal/show_problems.ts";
import type { Terminal } from "../terminal/terminal.ts";
import {
  type CheckedConfig,
  type CheckOptions,
  readCheckedConfig,
} from "./checked_config.ts";
import { jailLines } from "./jail_lines.ts";
import { linkNotices } from "./link_notices.ts";

/**
 * `caryatid check FILE…`: reports all problems of a configuration without
 * starting it. Returns the exit code.
 */
export async function check(
  terminal: Terminal,
  files: readonly string[],
  { json, connect, ...options }: CheckOptions & {
    /** Connects to the brokers of the buses, too. */
    readonly connect?: boolean | undefined;
    /** Writes one JSON object instead of lines. */
    readonly json?: boolean | undefined;
  } = {},
): Promise<0 | 2> {
  const read = await readAll(files, options);
  const checked = connect && isChecked(read) ? await connected(read) : read;
  const { problems, notices } = checked;
  if (json) {
    const ok = problems.length === 0;
    const parts = isChecked(checked) ? checked.parts.map(partJson) : [];
    terminal.print(JSON.stringify({ ok, problems, notices, parts }, null, 2));
  } else {
    showProblems(terminal, problems, notices);
    if (isChecked(checked)) {
      for (const line of await jailLines(checked)) terminal.print(line);
      terminal.print(summary(checked));
    }
  }
  return problems.length === 0 ? 0 : 2;
}

/** Problems of a configuration that cannot be read. */
type UnreadConfig = Pick<CheckedConfig, "problems" | "notices">;

function isChecked(
  config: CheckedConfig | UnreadConfig,
): config is CheckedConfig {
  return "parts" in config;
}

/** A configuration that cannot be read has problems like any other. */
async function readAll(
  files: readonly string[],
  options: CheckOptions,
): Promise<CheckedConfig | UnreadConfig> {
  try {
    const checked = await readCheckedConfig(files.map(configUrl), options);
    const links = await linkNotices(checked.config);
    return { ...checked, notices: [...checked.notices, ...links] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { code } = error;
    const problems = error.problems.map((problem) => ({ ...problem, code }));
    return { problems, notices: [] };
  }
}

/** Adds the problems of brokers that do not answer. */
async function connected(checked: CheckedConfig): Promise<CheckedConfig> {
  // a literal import would load the client of RabbitMQ
  const { brokerProblems } = await import("./broker_problems.ts");
  const problems = await brokerProblems(checked);
  return { ...checked, problems: [...checked.problems, ...problems] };
}

function summary({ config, problems, notices }: CheckedConfig): string {
  const result = problems.length === 0
    ? "ok"
    : pluralized(problems.length, "problem");
  const warnings = notices.length === 0
    ? ""
    : `, ${pluralized(notices.length, "warning")}`;
  return `${result}${warnings}: ` +
    `${pluralized(config.modules.length, "module")}, ` +
    `${pluralized(config.buses.length, "bus")}, ` +
    pluralized(config.routes.length, "route");
}

function partJson({ kind, config, specifier, inspection }: Part) {
  const { name, description, declared } = inspection;
  return {
    kind,
    id: config.id,
    class: config.className,
    specifier,
    name,
    description,
    topics: declared,
    ...config.isolation === "process" && { jail: config.jail },
  };
}
