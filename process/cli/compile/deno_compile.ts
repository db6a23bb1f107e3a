import { CaryatidError } from "@caryatid/sdk";
import { denoFault } from "../inspection/deno_fault.ts";
import { safeEnvironment } from "../inspection/child.ts";
import { TextLineStream } from "../inspection/lines.ts";

/** How the compiler ended. */
export interface Compiled {
  /** What it lists: all that is embedded. */
  readonly list: string;
  /** The signal that ended it, if one did. */
  readonly signal: Deno.Signal | null;
}

/** Starts the compiler. */
export function spawnCompiler(args: readonly string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [...args],
    env: { ...safeEnvironment(), NO_COLOR: "1" },
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/**
 * Waits for the compiler; `progress` is told what it downloads.
 *
 * @throws {CaryatidError} `COMPILE_FAILED`
 */
export async function compiled(
  child: Deno.ChildProcess,
  target: string,
  progress: (line: string) => void,
): Promise<Compiled> {
  const printed = new Response(child.stdout).text();
  const said: string[] = [];
  for await (const line of child.stderr.pipeThrough(new TextLineStream())) {
    if (/^(Download|Initialize) /.test(line)) progress(line);
    said.push(line);
  }
  const { success, signal } = await child.status;
  // The list is among what it says, behind an empty line.
  const list = [await printed, ...said].join("\n").split("Embedded Files")[1];
  if (success || signal) return { list: list?.trim() ?? "", signal };
  throw await compileError(said.join("\n"), target);
}

/** Why there is no binary, from what Deno says. */
export async function compileError(
  said: string,
  target: string,
): Promise<CaryatidError> {
  if (said.includes("Could not find denort at")) {
    return new CaryatidError(
      "COMPILE_FAILED",
      `Cannot make the binary: found no file at DENORT_BIN, which is ` +
        `"${
          Deno.env.get("DENORT_BIN")
        }", wanted a denort of Deno ${Deno.version.deno}`,
      { hint: "unset DENORT_BIN to have it downloaded" },
    );
  }
  const url = said.match(/https?:\/\/\S+\/denort-\S+\.zip/)?.[0];
  if (url !== undefined) return await runtimeError(url, said, target);
  const why = denoFault(said)?.why.replace(/^Writing deno compile .*?: /, "");
  const hint = Deno.env.has("DENORT_BIN")
    ? `DENORT_BIN is set: is it a denort for ${target}?`
    : denoFault(said)?.hint;
  return new CaryatidError(
    "COMPILE_FAILED",
    `Cannot make the binary: Deno says ${why ?? "nothing"}`,
    { hint },
  );
}

/** The part of Deno that a binary begins with isn't in `deno` itself. */
async function runtimeError(
  url: string,
  said: string,
  target: string,
): Promise<CaryatidError> {
  const zip = `denort-${target}.zip`;
  const folder = `${await denoDir()}/dl/release/v${Deno.version.deno}`;
  const why = said.match(/(?:error sending request.*?: )(.*)/)?.[1] ??
    denoFault(said)?.why ?? "no answer";
  return new CaryatidError(
    "COMPILE_FAILED",
    `Cannot make the binary: found no compile runtime of Deno ${Deno.version.deno} for ${target} ` +
      `(${url}: ${why}), wanted ${zip} from there`,
    {
      hint: `put ${zip} into ${folder}, or name an unpacked denort of this ` +
        "version in the variable DENORT_BIN",
    },
  );
}

async function denoDir(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "--no-config"],
    stderr: "null",
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}
