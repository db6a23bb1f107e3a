import { VERSION } from "../../version.ts";
import { configFlag, type Project } from "../project.ts";
import { codeImport, textImport } from "./code_imports.ts";
import { sectionText } from "./section_text.ts";
import type { Task } from "./inspection.ts";

/** How code is looked into. */
export interface InspectOptions {
  readonly project: Project;
  /** How long a module's code may take to be imported, in milliseconds (10,000). */
  readonly deadline?: number | undefined;
  /** Flags of Deno that say where code comes from: `--frozen`, `--allow-import=…`. */
  readonly flags?: readonly string[] | undefined;
  /** One that is started already; used once, where its flags are these. */
  readonly waiting?:
    | { take(options: InspectOptions): Deno.ChildProcess | undefined }
    | undefined;
  /** Is told what goes on. */
  readonly progress?: ((line: string) => void) | undefined;
}

/** A heap that a declaration doesn't need, in MiB. */
const MOST_HEAP = 512;
/** It has the first already; the second was done by then. */
const OWN_FLAGS = ["--cached-only", "--reload"];
const TEXT = new TextEncoder();

/** A process that looks into these tasks; it is told them by its program. */
export async function spawnInspector(
  tasks: readonly Task[],
  mark: string,
  options: InspectOptions,
): Promise<Deno.ChildProcess> {
  const child = options.waiting?.take(options) ?? startInspector(options);
  const input = child.stdin.getWriter();
  await input.write(TEXT.encode(program(tasks, mark))).catch(() => {});
  await input.close().catch(() => {}); // it has ended; its status tells why
  return child;
}

/**
 * Starts a process that may do nothing: no permission, no download, no question. Its program comes by standard input, so it lies on
 * this machine and may import from anywhere; its imports are literal, so they need no permission to read.
 */
export function startInspector(options: InspectOptions): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--cached-only",
      "--quiet",
      `--v8-flags=--max-old-space-size=${MOST_HEAP}`,
      configFlag(options.project),
      ...(options.flags ?? []).filter((flag) => !OWN_FLAGS.includes(flag)),
      "-",
    ],
    env: { ...safeEnvironment(), NO_COLOR: "1" },
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Another program can't take over what this one is allowed. */
export function safeEnvironment(): Record<string, string> {
  const { DENO_PERMISSION_BROKER_PATH: _, ...rest } = Deno.env.toObject();
  return rest;
}

function program(tasks: readonly Task[], mark: string): string {
  const specifiers = Map.groupBy(tasks, ({ specifier }) => specifier);
  const sources = [...specifiers].flatMap(([specifier, same]) => {
    if (specifier === undefined) return [];
    const literal = JSON.stringify(specifier);
    const isPinned = same.some(({ integrity }) => integrity !== undefined);
    return `${literal}: { load: () => ${codeImport(specifier)}, ` +
      (isPinned ? `text: () => ${textImport(specifier)}, ` : "") +
      `resolve: () => import.meta.resolve(${literal}) },`;
  });
  return [
    `import { inspect } from ${JSON.stringify(inspectorSpecifier())};`,
    `await inspect(${JSON.stringify(mark)}, `,
    `${JSON.stringify(sectionText(tasks, mark))}, `,
    `{ __proto__: null, ${sources.join("\n")} });`,
  ].join("\n");
}

/** Where the code comes from that looks into others. */
export function inspectorSpecifier(): string {
  return import.meta.url.startsWith("file:")
    ? new URL("./inspector.ts", import.meta.url).href
    : `jsr:@caryatid/process@${VERSION}/cli/inspector`;
}
