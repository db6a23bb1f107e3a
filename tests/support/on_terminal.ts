import { inherited } from "./running_program.ts";

const text = new TextDecoder();

/**
 * True if tests can run programs in a terminal by `script` of util-linux, which
 * other systems than Linux may lack.
 */
export const hasTerminal: boolean = isThere("script");

/**
 * Runs a command with a terminal for its input and output, without typing.
 * Returns its output until it asks for a permission.
 */
export async function onTerminal(command: readonly string[]): Promise<string> {
  const line = command.map(quoted).join(" ");
  const child = new Deno.Command("script", {
    args: ["--quiet", "--return", "--command", line, "/dev/null"],
    clearEnv: true,
    env: inherited(),
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let shown = "";
  for await (const chunk of child.stdout) {
    shown += text.decode(chunk, { stream: true });
    if (!shown.includes("Allow?")) continue;
    child.kill("SIGTERM"); // it passes the signal on to its child
    break;
  }
  await child.status;
  return shown;
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

function isThere(program: string): boolean {
  try {
    return new Deno.Command(program, {
      args: ["--version"],
      stdout: "null",
      stderr: "null",
    }).outputSync().success;
  } catch {
    return false;
  }
}
