/**
 * Returns the arguments of `deno test` in the command of a task, without
 * `--parallel`, paths and `--ignore`, or undefined if it runs no `deno test`.
 */
export function testArguments(command: string): string[] | undefined {
  const [, after] = /(?:^|\s)deno test\s+(.*)$/.exec(command) ?? [];
  return after?.split(/\s+/).filter((word) =>
    word.startsWith("-") && word !== "--parallel" &&
    !word.startsWith("--ignore=")
  );
}
