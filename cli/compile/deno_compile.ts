import { CaryatidError } from "@caryatid/sdk";
import { denoDirOf } from "@caryatid/process/internal/sealing";
import { denoFault } from "../deno/deno_fault.ts";
import { denoCommand, PLAIN, safeEnvironment } from "../deno/deno_command.ts";
import { Activity } from "../terminal/activity.ts";
import { TextLineStream } from "../deno/lines.ts";

/** Result of the compiler. */
export interface CompilerResult {
  /** List of everything that is embedded. */
  readonly list: string;
  /** Signal that ended the compiler, if one did. */
  readonly signal: Deno.Signal | null;
}

/** Starts the compiler. */
export function spawnCompiler(args: readonly string[]): Deno.ChildProcess {
  return denoCommand(args, { env: PLAIN, stdout: "piped", stderr: "piped" })
    .spawn();
}

/**
 * Waits for the compiler; `progress` receives lines about downloads.
 *
 * @throws {CaryatidError} `COMPILE_FAILED`
 */
export async function compilerResult(
  child: Deno.ChildProcess,
  target: string,
  progress: (line: string) => void,
): Promise<CompilerResult> {
  using activity = await Activity.start({
    title: "compiling",
    unit: "downloads",
    line: progress,
  });
  const printed = new Response(child.stdout).text();
  const errors: string[] = [];
  for await (const line of child.stderr.pipeThrough(new TextLineStream())) {
    if (/^(Download|Initialize) /.test(line)) activity.add(line);
    errors.push(line);
  }
  const { success, signal } = await child.status;
  // The list is part of the output, after an empty line.
  const list = [await printed, ...errors].join("\n").split("Embedded Files")[1];
  if (success || signal) return { list: list?.trim() ?? "", signal };
  throw await compileError(errors.join("\n"), target);
}

/** Returns the error for what Deno wrote to standard error. */
export async function compileError(
  stderr: string,
  target: string,
): Promise<CaryatidError> {
  if (stderr.includes("Could not find denort at")) {
    return new CaryatidError(
      "COMPILE_FAILED",
      `Cannot make the binary: found no file at DENORT_BIN, which is ` +
        `"${
          Deno.env.get("DENORT_BIN")
        }"; expected a denort of Deno ${Deno.version.deno}`,
      { hint: "Unset DENORT_BIN, so that Deno downloads it." },
    );
  }
  const url = stderr.match(/https?:\/\/\S+\/denort-\S+\.zip/)?.[0];
  if (url !== undefined) return await runtimeError(url, stderr, target);
  const reason = denoFault(stderr)?.reason.replace(
    /^Writing deno compile .*?: /,
    "",
  );
  const hint = Deno.env.has("DENORT_BIN")
    ? `Set DENORT_BIN to a denort for ${target}, or unset it.`
    : denoFault(stderr)?.hint;
  return new CaryatidError(
    "COMPILE_FAILED",
    `Cannot make the binary: Deno reports ${reason ?? "nothing"}`,
    { hint },
  );
}

/**
 * The compile runtime, with which each binary begins, is not a part of `deno`.
 */
async function runtimeError(
  url: string,
  stderr: string,
  target: string,
): Promise<CaryatidError> {
  const zip = `denort-${target}.zip`;
  const cache = await denoDirOf(safeEnvironment());
  const folder = `${cache}/dl/release/v${Deno.version.deno}`;
  const reason = stderr.match(/(?:error sending request.*?: )(.*)/)?.[1] ??
    denoFault(stderr)?.reason ?? "no answer";
  return new CaryatidError(
    "COMPILE_FAILED",
    `Cannot make the binary: found no compile runtime of Deno ${Deno.version.deno} for ${target} ` +
      `(${url}: ${reason}); expected ${zip} from there`,
    {
      hint: `Put ${zip} into ${folder}, or name an unpacked denort of this ` +
        "version in the variable DENORT_BIN.",
    },
  );
}
