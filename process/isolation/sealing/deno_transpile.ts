import { endProcess } from "../../platform/end_process.ts";
import { MemoryWatch } from "../../platform/memory_watch.ts";
import { type GraphOptions, isConfigFlag } from "./read_graph.ts";
import {
  extensionOf,
  type SourceFile,
  type Transpiled,
} from "./source_file.ts";

/** Maximum resident memory of `deno transpile`, in bytes. */
const MAX_MEMORY = 512 * 2 ** 20;
/** Maximum size of the JavaScript of one call, in bytes. */
const MAX_OUTPUT = 64 * 2 ** 20;
/** Interval of checks of the size of the JavaScript, in milliseconds. */
const LOOK_EVERY = 100;
/** Extensions of JavaScript that Deno writes. */
const SCRIPTS = ["js", "mjs"];
const MAP_COMMENT =
  /\/\/# sourceMappingURL=data:application\/json;base64,(\S+)\s*$/;

/**
 * Transpiles files by one start of Deno, which reads copies of the texts. The
 * code is not trusted: nested code can end the parser, or make it slow, or its
 * result large, so time, memory and size are limited.
 */
export async function transpileWithDeno(
  files: readonly SourceFile[],
  options: GraphOptions,
): Promise<Map<string, Transpiled>> {
  const made = new Map<string, Transpiled>();
  if (files.length === 0) return made;
  const deadline = performance.now() + (options.deadline ?? 10_000);
  const folder = await Deno.makeTempDir({ prefix: "caryatid-" });
  try {
    const names = files.map((file, i) => `${i}.${extensionOf(file)}`);
    await Promise.all(
      files.map(({ text }, i) =>
        Deno.writeTextFile(`${folder}/${names[i]}`, text)
      ),
    );
    let rest = files.map((_, i) => i);
    while (rest.length > 0) {
      const run = new TranspileRun(folder, deadline, options);
      const end = await run.end(rest.map((i) => names[i]!));
      const done = await Promise.all(rest.map((i) => run.output(i)));
      const failed = rest.filter((i, at) => {
        const code = done[at];
        if (code === undefined) return true;
        made.set(files[i]!.url, { code: withSource(code, files[i]!) });
        return false;
      });
      const [first, ...others] = failed;
      if (first === undefined) break;
      if (!end.isSyntax) {
        for (const i of failed) made.set(files[i]!.url, fault(files[i]!, end));
        break;
      }
      // Deno stops at the first file with an error.
      made.set(files[first]!.url, fault(files[first]!, end));
      rest = others;
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return made;
}

/** End of `deno transpile`. */
interface TranspileEnd {
  /** Reason why the first file without JavaScript has none. */
  readonly reason: string;
  /** True if the reason concerns only this file. */
  readonly isSyntax: boolean;
}

/** One start of `deno transpile` within limits. */
class TranspileRun {
  readonly #folder: string;
  readonly #deadline: number;
  readonly #options: GraphOptions;

  constructor(folder: string, deadline: number, options: GraphOptions) {
    this.#folder = folder;
    this.#deadline = deadline;
    this.#options = options;
  }

  /** Transpiles the files with these names. Resolves at the end. */
  async end(names: readonly string[]): Promise<TranspileEnd> {
    const { flags, env } = this.#options;
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        ...["transpile", "--quiet", "--no-lock", "--source-map", "inline"],
        ...["--outdir", "out", ...flags.filter(isConfigFlag), ...names],
      ],
      cwd: this.#folder,
      clearEnv: true,
      env: { ...env, NO_COLOR: "1" },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    let excess: string | undefined;
    const kill = (reason: string) => {
      excess ??= reason;
      endProcess(child);
    };
    using _memory = new MemoryWatch({
      pid: child.pid,
      most: MAX_MEMORY,
      onTooMuch: () => kill(`Deno takes more than ${inMiB(MAX_MEMORY)}`),
    });
    const timer = setTimeout(
      () => kill("Deno does not transpile it in time"),
      Math.max(0, this.#deadline - performance.now()),
    );
    const look = setInterval(() => {
      if (this.#size() > MAX_OUTPUT) kill(TOO_LARGE);
    }, LOOK_EVERY);
    const { signal, stderr } = await child.output();
    clearTimeout(timer);
    clearInterval(look);
    if (excess === undefined && this.#size() > MAX_OUTPUT) excess = TOO_LARGE;
    if (excess !== undefined) {
      await Deno.remove(`${this.#folder}/out`, { recursive: true })
        .catch(() => {}); // nothing was written
    }
    const reason = excess ?? (signal && `Deno ended by ${signal}`);
    if (reason) return { reason, isSyntax: false };
    const text = new TextDecoder().decode(stderr);
    const error = text.replace(/^[^]*?error: /, "").trim();
    return { reason: error, isSyntax: true };
  }

  /** Returns the JavaScript of a file by its index, if Deno has written it. */
  async output(index: number): Promise<string | undefined> {
    for (const extension of SCRIPTS) {
      try {
        const path = `${this.#folder}/out/${index}.${extension}`;
        return await Deno.readTextFile(path);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
    return undefined;
  }

  /** Returns the size of all JavaScript, in bytes. */
  #size(): number {
    const out = `${this.#folder}/out`;
    try {
      return [...Deno.readDirSync(out)]
        .map(({ name }) => Deno.statSync(`${out}/${name}`).size)
        .reduce((sum, size) => sum + size, 0);
    } catch {
      return 0; // Deno has not created the folder
    }
  }
}

const TOO_LARGE = `its JavaScript takes more than ${inMiB(MAX_OUTPUT)}`;

function inMiB(bytes: number): string {
  return `${bytes / 2 ** 20} MiB`;
}

function fault(
  { url }: SourceFile,
  { reason, isSyntax }: TranspileEnd,
): Transpiled {
  if (!isSyntax || reason === "") {
    const why = reason && `: ${reason}`;
    return { fault: `${url} cannot be transpiled${why}` };
  }
  return { fault: reason.replaceAll(/file:\S*\/\d+\.[a-z]+(?=:\d)/g, url) };
}

/** Names the file in the source map, whose source is a temporary file. */
function withSource(code: string, { url, isTrusted }: SourceFile): string {
  const found = MAP_COMMENT.exec(code);
  if (found === null) return code;
  if (isTrusted) return code.slice(0, found.index);
  const bytes = Uint8Array.fromBase64(found[1]!);
  const { version, names, mappings } = JSON.parse(
    new TextDecoder().decode(bytes),
  );
  const short = JSON.stringify({ version, sources: [url], names, mappings });
  return code.slice(0, found.index) +
    `//# sourceMappingURL=data:application/json;base64,${
      new TextEncoder().encode(short).toBase64()
    }\n`;
}
