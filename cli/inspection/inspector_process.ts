import type { FoundJail } from "@caryatid/process/internal/isolation";
import { VERSION } from "@caryatid/process/internal/platform";
import { codeImport, textImport } from "../deno/code_imports.ts";
import { denoCommand, PLAIN } from "../deno/deno_command.ts";
import { configFlag, type Project } from "../project/project.ts";
import { type GuestProcess, unjailed } from "./guest_process.ts";
import type { Task } from "./inspection.ts";
import {
  type InspectedCode,
  startInspectionInJail,
} from "./inspection_jail.ts";
import { sectionText } from "./section_text.ts";

/** Options of an inspection. */
export interface InspectOptions {
  readonly project: Project;
  /**
   * Maximum time to import the code of one module, in milliseconds (10,000).
   */
  readonly deadline?: number | undefined;
  /**
   * Flags of Deno that control where code comes from:
   * `--frozen`, `--allow-import=…`.
   */
  readonly flags?: readonly string[] | undefined;
  /**
   * True if code without isolation is inspected without a jail: it is about to
   * run in the process itself. It has no permissions of Deno in any case
   * (false).
   */
  readonly trustsProcessCode?: boolean | undefined;
  /** Receives lines about the progress. */
  readonly progress?: ((line: string) => void) | undefined;
}

/** Jail of an inspection, and the code in it. */
export interface JailedCode extends InspectedCode {
  readonly jail: FoundJail;
  /** True if the lock file has everything that the code imports. */
  readonly hasLock: boolean;
}

/** Maximum memory of an inspection, in bytes. */
export const MAX_MEMORY: number = 256 * 2 ** 20;
/** Heap limit of V8, in MiB. The rest is for memory outside the heap. */
const MAX_HEAP = 192;
const LOCK = "--lock=";
/**
 * Flags that do not apply: the inspector is always started with the first; the
 * download handled the second.
 */
export const IGNORED_FLAGS: readonly string[] = ["--cached-only", "--reload"];

/**
 * Starts a process that inspects one task, or none: in a jail if `jailed` is
 * given.
 */
export async function spawnInspector(
  task: Task | undefined,
  { project, flags = [] }: InspectOptions,
  jailed?: JailedCode,
): Promise<GuestProcess> {
  const args = [
    // JavaScript, since Deno tries for 150 ms to keep the transpiled program in
    // a folder that is read-only.
    ...["run", "--no-prompt", "--cached-only", "--quiet", "--ext=js"],
    `--v8-flags=--max-old-space-size=${MAX_HEAP}`,
    configFlag(project),
    ...flags.filter((flag) => !IGNORED_FLAGS.includes(flag)),
  ];
  const child = jailed
    ? await startInspectionInJail(jailed.jail, [
      ...jailed.hasLock ? frozen(args) : withoutLock(args),
      "-",
    ], withLock(jailed, args))
    : unjailed(
      denoCommand([...args, "-"], {
        ...{ env: PLAIN, stdin: "piped", stdout: "piped", stderr: "piped" },
      }).spawn(),
    );
  await child.send(program(task));
  return child;
}

/** Returns flags by which Deno reads the lock file and does not write it. */
function frozen(args: readonly string[]): readonly string[] {
  const hasLock = args.some((arg) => arg.startsWith(LOCK));
  return hasLock && !args.includes("--frozen") ? [...args, "--frozen"] : args;
}

function withoutLock(args: readonly string[]): readonly string[] {
  const others = args.filter((arg) => !/^--(no-lock|frozen|lock=)/.test(arg));
  return [...others, "--no-lock"];
}

/** Adds the lock file to the files of a jail. */
function withLock(code: InspectedCode, args: readonly string[]): InspectedCode {
  const locks = args.filter((arg) => arg.startsWith(LOCK))
    .map((arg) => arg.slice(LOCK.length));
  return { ...code, files: [...code.files, ...locks] };
}

/** Returns the specifier of the inspector's code. */
export function inspectorSpecifier(): string {
  return import.meta.url.startsWith("file:")
    ? new URL("./inspector.ts", import.meta.url).href
    : `jsr:@caryatid/cli@${VERSION}/internal/inspector`;
}

/**
 * Returns the program of the inspector. It comes from standard input: so it is
 * local code, which may import from anywhere, and its imports are literal, so
 * they need no permission to read.
 */
function program(task: Task | undefined): string {
  const code = JSON.stringify(inspectorSpecifier());
  if (task === undefined) return `import ${code};`;
  const mark = crypto.randomUUID();
  return [
    `import { inspect } from ${code};`,
    `await inspect(${JSON.stringify(mark)}, `,
    `${JSON.stringify(sectionText(task, mark))}, ${sourceOf(task)});`,
  ].join("\n");
}

function sourceOf({ specifier, integrity }: Task): string {
  const text = integrity === undefined
    ? ""
    : `, text: () => ${textImport(specifier!)}`;
  return `{ load: () => ${codeImport(specifier!)}${text} }`;
}
