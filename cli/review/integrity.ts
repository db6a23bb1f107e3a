import { CaryatidError } from "@caryatid/sdk";
import {
  dottedKey,
  type ProcessConfig,
} from "@caryatid/process/internal/config";
import { integrityOf } from "@caryatid/process/internal/platform";
import { textImport } from "../deno/code_imports.ts";
import { denoCommand, PLAIN } from "../deno/deno_command.ts";
import { type DenoFault, faultOf } from "../deno/deno_fault.ts";
import { configUrl, readConfigFiles } from "../project/config_files.ts";
import { LockCopy } from "../project/lock_copy.ts";
import { configFlag, findProject } from "../project/project.ts";
import { type CheckOptions, sourceFlags } from "./checked_config.ts";
import { showProblems } from "../terminal/show_problems.ts";
import type { Terminal } from "../terminal/terminal.ts";
import type { CodedProblem } from "../inspection/inspection.ts";
import type { InspectOptions } from "../inspection/inspector_process.ts";
import { writeProgram } from "../inspection/guest_process.ts";
import { specifierOf } from "../inspection/task_of.ts";

/** A table of the configuration with an `import`. */
interface ImportingTable {
  readonly path: readonly string[];
  /** Absolute, unless the import map resolves it. */
  readonly specifier: string;
}

/** Text of a file, or the reason why it is unavailable. */
type FileText = { readonly text: string } | { readonly fault: DenoFault };

/**
 * `caryatid integrity FILE…`: prints the hash of each imported file as TOML to
 * paste. No imported code runs. Returns the exit code.
 */
export async function integrity(
  terminal: Terminal,
  files: readonly string[],
  options: CheckOptions = {},
): Promise<0 | 2> {
  const urls = files.map(configUrl);
  const config = await readConfigFiles(urls, options);
  const tables = importingTables(config);
  const project = findProject(urls);
  const specifiers = tables.map(({ specifier }) => specifier).filter(isFile);
  using lock = LockCopy.of(project, options.flags);
  const flags = sourceFlags(config, specifiers, lock, options);
  const texts = await readTexts(specifiers, { ...options, project, flags });
  const problems: CodedProblem[] = [];
  for (const { path, specifier } of tables) {
    const table = dottedKey(path);
    const found = texts.get(specifier);
    if (found === undefined) {
      terminal.print(`# [${table}] deno.lock pins ${specifier}`);
    } else if ("text" in found) {
      const hash = await integrityOf(found.text);
      terminal.print(`[${table}]\nintegrity = "${hash}"`);
    } else {
      const { reason, hint } = found.fault;
      const message = `Cannot load [${table}] from "${specifier}": ${reason}`;
      const key = [...path, "import"];
      const place = await config.place(key);
      const code = "LOAD_FAILED";
      problems.push({ code, key: dottedKey(key), place, message, hint });
    }
  }
  showProblems(terminal, problems, []);
  return problems.length === 0 ? 0 : 2;
}

/** @throws {CaryatidError} `INVALID_CONFIG` if no table has an `import` */
function importingTables({ modules, buses }: ProcessConfig): ImportingTable[] {
  const tables = [
    ...modules.map((config) => ({ kind: "module" as const, config })),
    ...buses.map((config) => ({ kind: "message-bus" as const, config })),
  ].filter(({ config }) => config.import !== undefined);
  if (tables.length === 0) {
    throw new CaryatidError(
      "INVALID_CONFIG",
      "Cannot hash anything: found no import; expected one in a module or bus",
      {
        hint:
          "Set import of a module or bus; code found by its class is part of Caryatid.",
      },
    );
  }
  return tables.map(({ kind, config }) => ({
    path: config.path,
    specifier: specifierOf(kind, config)!,
  }));
}

function isFile(specifier: string): boolean {
  return /^(file|https?):/.test(specifier);
}

/**
 * Reads the texts of code files by their URLs, from Deno's cache or by
 * downloading them. No code runs.
 *
 * @throws {CaryatidError} `LOAD_FAILED` if Deno does not start
 */
async function readTexts(
  urls: readonly string[],
  { project, flags = [] }: InspectOptions,
): Promise<ReadonlyMap<string, FileText>> {
  if (urls.length === 0) return new Map();
  const child = denoCommand(
    ["run", "--no-prompt", "--quiet", configFlag(project), ...flags, "-"],
    { env: PLAIN, stdin: "piped", stdout: "piped", stderr: "piped" },
  ).spawn();
  await writeProgram(child, readingProgram(urls));
  const { success, stdout, stderr } = await child.output();
  const [output, error] = [stdout, stderr].map((bytes) =>
    new TextDecoder().decode(bytes)
  );
  if (!success) {
    const { reason, hint } = faultOf(error!);
    const message = `Cannot read the code: ${reason}`;
    throw new CaryatidError("LOAD_FAILED", message, { hint });
  }
  const texts: { text?: string; error?: string }[] = JSON.parse(output!);
  return new Map(urls.map((url, index) => {
    const { text, error = "" } = texts[index]!;
    return [url, text === undefined ? { fault: faultOf(error) } : { text }];
  }));
}

function readingProgram(urls: readonly string[]): string {
  const imports = urls.map((url) => textImport(url));
  return `const texts = await Promise.all([${imports.join()}].map((one) =>
    one.then((one) => ({ text: one.default }), (error) => ({ error: error.message }))
  ));
  console.log(JSON.stringify(texts));`;
}
