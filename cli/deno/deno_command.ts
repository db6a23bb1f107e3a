/**
 * Returns a command that runs Deno with these arguments, without
 * `DENO_PERMISSION_BROKER_PATH`: with that variable another program would
 * decide on the permissions. Standard input is empty, standard output and error
 * are piped unless the options say otherwise.
 */
export function denoCommand(
  args: readonly string[],
  { env, ...options }: Omit<Deno.CommandOptions, "args" | "clearEnv"> = {},
): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    stdin: "null",
    ...options,
    args: [...args],
    env: { ...safeEnvironment(), ...env },
    clearEnv: true,
  });
}

/** Environment variables for a command whose output is parsed, not shown. */
export const PLAIN: Readonly<Record<string, string>> = { NO_COLOR: "1" };

/** Returns the environment without `DENO_PERMISSION_BROKER_PATH`. */
export function safeEnvironment(): Record<string, string> {
  const { DENO_PERMISSION_BROKER_PATH: _, ...rest } = Deno.env.toObject();
  return rest;
}

/** Formats a command line of Deno for a POSIX shell. */
export function shellLine(args: readonly string[]): string {
  return ["deno", ...args].map(shellWord).join(" ");
}

/** Returns a word as a shell reads it. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word)
    ? word
    : `'${word.replaceAll("'", `'\\''`)}'`;
}
