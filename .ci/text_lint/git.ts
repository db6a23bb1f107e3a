/** Runs git in a folder; undefined if git fails. */
export async function git(
  root: string,
  ...args: string[]
): Promise<string | undefined> {
  const { success, stdout } = await new Deno.Command("git", {
    args,
    cwd: root,
  }).output();
  return success ? new TextDecoder().decode(stdout) : undefined;
}
