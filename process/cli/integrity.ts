import { CaryatidError } from "@caryatid/sdk";
import type { ProcessConfig } from "../config/process_config.ts";
import { dottedKey } from "../config/shown.ts";
import { integrityOf } from "../integrity.ts";
import { configUrl, readConfigFiles } from "./config_files.ts";
import { readTexts } from "./inspection/read_texts.ts";
import { LockCopy } from "./lock_copy.ts";
import { findProject } from "./project.ts";
import { showProblems } from "./show_problems.ts";
import {
  type CodedProblem,
  sourceFlags,
  type SubjectOptions,
} from "./subject.ts";
import { specifierOf } from "./inspection/task_of.ts";
import type { Terminal } from "./terminal.ts";

/** A table that names its code by `import`. */
interface Imported {
  readonly path: readonly string[];
  /** What is imported: absolute, unless the import map knows it. */
  readonly specifier: string;
}

/**
 * `caryatid integrity FILE…`: the hash of each file that the configuration imports, as TOML to paste. None of its code runs. Gives the
 * exit code.
 */
export async function integrity(
  terminal: Terminal,
  files: readonly string[],
  options: SubjectOptions = {},
): Promise<0 | 2> {
  const urls = files.map(configUrl);
  const config = await readConfigFiles(urls);
  const imported = importedBy(config);
  const project = findProject(urls);
  const specifiers = imported.map(({ specifier }) => specifier).filter(isFile);
  using lock = LockCopy.of(project, options.flags);
  const flags = sourceFlags(config, specifiers, lock, options);
  const texts = await readTexts(specifiers, { ...options, project, flags });
  const problems: CodedProblem[] = [];
  for (const { path, specifier } of imported) {
    const table = dottedKey(path);
    const found = texts.get(specifier);
    if (found === undefined) {
      terminal.print(`# [${table}] deno.lock pins ${specifier}`);
    } else if ("text" in found) {
      const hash = await integrityOf(found.text);
      terminal.print(`[${table}]\nintegrity = "${hash}"`);
    } else {
      const { why, hint } = found.fault;
      const message = `Cannot load [${table}] from "${specifier}": ${why}`;
      const key = [...path, "import"];
      const place = await config.place(key);
      const code = "LOAD_FAILED";
      problems.push({ code, key: dottedKey(key), place, message, hint });
    }
  }
  showProblems(terminal, problems, []);
  return problems.length === 0 ? 0 : 2;
}

/** @throws {CaryatidError} `INVALID_CONFIG` if all its code comes with Caryatid itself */
function importedBy({ modules, buses }: ProcessConfig): Imported[] {
  const imported = [
    ...modules.map((one) => ({ kind: "module" as const, one })),
    ...buses.map((one) => ({ kind: "message-bus" as const, one })),
  ].filter(({ one }) => one.import !== undefined);
  if (imported.length === 0) {
    throw new CaryatidError(
      "INVALID_CONFIG",
      "Cannot hash anything: found no import, wanted one in a module or bus",
      { hint: "what is found by its class comes with Caryatid itself" },
    );
  }
  return imported.map(({ kind, one }) => ({
    path: one.path,
    specifier: specifierOf(kind, one)!,
  }));
}

function isFile(specifier: string): boolean {
  return /^(file|https?):/.test(specifier);
}
