import { lastingUrls } from "../lasting_files.ts";
import { type Refusal, refuseIsolation } from "../refuse_isolation.ts";
import { showProblems } from "../show_problems.ts";
import { readSubject, type SubjectOptions } from "../subject.ts";
import type { Terminal } from "../terminal.ts";
import { processesOf } from "../up/up.ts";
import { workerSources } from "../worker_sources.ts";
import { composeFile } from "./compose_file.ts";
import { yamlText } from "./yaml.ts";

const HEAD = "# Written by caryatid compose: a container for each process.";

const NO_PROCESSES: Refusal = {
  what: "make a container of",
  fit: ["none", "worker"],
  why: "who starts its process must have every right, and caryatid, " +
    "which does that elsewhere, is in no container of these",
  hint: "run it with caryatid run or up, also in an image of your own",
};

/** `caryatid compose FILE…`: the processes of the files as a compose file. Gives the exit code. */
export async function compose(
  terminal: Terminal,
  files: readonly string[],
  options: Omit<SubjectOptions, "process"> = {},
): Promise<0 | 2> {
  const subject = await readSubject(lastingUrls(files), options);
  showProblems(terminal, subject.problems, subject.notices);
  if (subject.problems.length > 0) return 2;
  await refuseIsolation(subject, NO_PROCESSES);
  const processes = processesOf(subject, files[0]!);
  const sources = await workerSources(subject, options);
  const file = composeFile(processes, sources);
  terminal.print(`${HEAD}\n${yamlText(file).trimEnd()}`);
  return 0;
}
