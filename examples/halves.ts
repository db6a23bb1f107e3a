/**
 * Returns the configurations of the halves that the arguments of the program
 * name, or of all halves. So the same modules run in one process or in several.
 * Ends the program if a half is unknown.
 */
export function chosenHalves(
  halves: Readonly<Record<string, string>>,
): string[] {
  const names = Object.keys(halves);
  const chosen = Deno.args.length > 0 ? Deno.args : names;
  const unknown = chosen.find((name) => !names.includes(name));
  if (unknown === undefined) return chosen.map((name) => halves[name]!);
  // deno-lint-ignore no-console -- no process can log yet
  console.error(`found "${unknown}"; expected ${names.join(" or ")}`);
  Deno.exit(2);
}
