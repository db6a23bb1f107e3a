/**
 * Sorts tables by where the files mention them first.
 *
 * JavaScript keeps keys in that order, except those like "2": they come first, by size. Only then places are looked up.
 */
export async function inOrderOfMention<T>(
  tables: readonly [id: string, table: T][],
  mention: (id: string) => Promise<readonly number[]>,
): Promise<readonly [id: string, table: T][]> {
  if (!tables.some(([id]) => /^\d+$/.test(id))) return tables;
  const mentions = new Map<string, readonly number[]>();
  for (const [id] of tables) mentions.set(id, await mention(id));
  return tables.toSorted(([a], [b]) =>
    compare(mentions.get(a)!, mentions.get(b)!)
  );
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [index, number] of a.entries()) {
    const other = b[index] ?? 0;
    if (number !== other) return number - other;
  }
  return 0;
}
