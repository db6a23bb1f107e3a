/** The same table with `form` of each value; without a prototype, so that no key is special. */
export function each<T, U>(
  table: Readonly<Record<string, T>>,
  form: (value: T) => U,
): Record<string, U> {
  const formed: Record<string, U> = Object.create(null);
  for (const key of Object.keys(table)) formed[key] = form(table[key]!);
  return formed;
}
