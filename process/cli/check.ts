import { ConfigError } from "../config/config_error.ts";
import { configUrl } from "./config_files.ts";
import { linkNotices } from "./granted_links.ts";
import { counted, showProblems } from "./show_problems.ts";
import {
  type CodedProblem,
  readSubject,
  type Subject,
  type SubjectOptions,
} from "./subject.ts";
import type { Terminal } from "./terminal.ts";

/** What `check` takes besides its files. */
export interface CheckOptions extends SubjectOptions {
  /** Writes one JSON object instead of lines. */
  readonly json?: boolean | undefined;
}

/** `caryatid check FILE…`: all that is wrong with a configuration, without starting anything. Gives the exit code. */
export async function check(
  terminal: Terminal,
  files: readonly string[],
  options: CheckOptions = {},
): Promise<0 | 2> {
  const subject = await read(files, options);
  const { problems, notices } = subject;
  if (options.json) {
    const ok = problems.length === 0;
    const parts = "parts" in subject ? subject.parts.map(partJson) : [];
    terminal.print(JSON.stringify({ ok, problems, notices, parts }, null, 2));
  } else {
    showProblems(terminal, problems, notices);
    if ("parts" in subject) terminal.print(summary(subject));
  }
  return problems.length === 0 ? 0 : 2;
}

type Found = Subject | {
  readonly problems: readonly CodedProblem[];
  readonly notices: readonly CodedProblem[];
};

/** A configuration that can't be read has problems like any other. */
async function read(
  files: readonly string[],
  options: CheckOptions,
): Promise<Found> {
  try {
    const subject = await readSubject(files.map(configUrl), options);
    const links = await linkNotices(subject.config);
    return { ...subject, notices: [...subject.notices, ...links] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { code } = error;
    const problems = error.problems.map((problem) => ({ ...problem, code }));
    return { problems, notices: [] };
  }
}

function summary({ config, problems, notices }: Subject): string {
  const found = problems.length === 0
    ? "ok"
    : counted(problems.length, "problem");
  const warnings = notices.length === 0
    ? ""
    : `, ${counted(notices.length, "warning")}`;
  return `${found}${warnings}: ${counted(config.modules.length, "module")}, ` +
    `${counted(config.buses.length, "bus")}, ` +
    counted(config.routes.length, "route");
}

function partJson(
  { kind, config, specifier, inspection }: Subject["parts"][0],
) {
  const { name, description, declared } = inspection;
  return {
    kind,
    id: config.id,
    class: config.className,
    specifier,
    name,
    description,
    topics: declared,
  };
}
