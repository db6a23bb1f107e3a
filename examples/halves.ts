/**
 * The configuration of the halves that the program's arguments name, of all without arguments: the same modules run in one process,
 * or in several. Ends the program when there is no such half.
 */
export function chosenHalves(
  halves: Readonly<Record<string, string>>,
): string[] {
  const names = Object.keys(halves);
  const chosen = Deno.args.length > 0 ? Deno.args : names;
  const unknown = chosen.find((name) => !names.includes(name));
  if (unknown === undefined) return chosen.map((name) => halves[name]!);
  // deno-lint-ignore no-console -- there is no process yet that could log
  console.error(`found "${unknown}", wanted ${names.join(" or ")}`);
  Deno.exit(2);
}
