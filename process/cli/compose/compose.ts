import { configUrl } from "../config_files.ts";
import { showProblems } from "../show_problems.ts";
import { readSubject, type SubjectOptions } from "../subject.ts";
import type { Terminal } from "../terminal.ts";
import { processesOf } from "../up/up.ts";
import { workerSources } from "../worker_sources.ts";
import { composeFile } from "./compose_file.ts";
import { yamlText } from "./yaml.ts";

const HEAD = "# Written by caryatid compose: a container for each process.";

/** `caryatid compose FILE…`: the processes of the files as a compose file. Gives the exit code. */
export async function compose(
  terminal: Terminal,
  files: readonly string[],
  options: Omit<SubjectOptions, "process"> = {},
): Promise<0 | 2> {
  const subject = await readSubject(files.map(configUrl), options);
  showProblems(terminal, subject.problems, subject.notices);
  if (subject.problems.length > 0) return 2;
  const processes = processesOf(subject, files[0]!);
  const sources = await workerSources(subject, options);
  const file = composeFile(processes, sources);
  terminal.print(`${HEAD}\n${yamlText(file).trimEnd()}`);
  return 0;
}
