const text = new TextDecoder();

/** Whether a test can have a terminal: util-linux has it on every Linux, others may not. */
export const hasTerminal: boolean = isThere("script");

/** Runs a command with a terminal for all of its input and output, at which nobody types; gives what it showed until it asked. */
export async function onTerminal(command: readonly string[]): Promise<string> {
  const line = command.map(quoted).join(" ");
  const child = new Deno.Command("script", {
    args: ["--quiet", "--return", "--command", line, "/dev/null"],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let shown = "";
  for await (const chunk of child.stdout) {
    shown += text.decode(chunk, { stream: true });
    if (!shown.includes("Allow?")) continue;
    child.kill("SIGTERM"); // it passes that on to what it runs
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
