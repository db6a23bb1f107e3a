/** A pair of indexes: in the first list, and in the second. */
export type Pair = readonly [number, number];

/**
 * The longest list of pairs of equal keys that ascends in both lists.
 *
 * It takes time and two bytes of memory for each pair of indexes: both lists are to be short.
 */
export function longestCommon(
  a: readonly string[],
  b: readonly string[],
): Pair[] {
  const [left, right] = numbered(a, b);
  const width = b.length + 1;
  // How many pairs there are from here to the end.
  const lengths = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const here = i * width + j;
      lengths[here] = left[i] === right[j]
        ? lengths[here + width + 1]! + 1
        : Math.max(lengths[here + width]!, lengths[here + 1]!);
    }
  }
  const pairs: Pair[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const here = i * width + j;
    if (left[i] === right[j]) pairs.push([i++, j++]);
    else if (lengths[here + width]! >= lengths[here + 1]!) i++;
    else j++;
  }
  return pairs;
}

/** Equal keys get equal numbers: to compare texts a million times takes long. */
function numbered(
  a: readonly string[],
  b: readonly string[],
): [Uint32Array, Uint32Array] {
  const numbers = new Map<string, number>();
  const number = (key: string) => {
    const known = numbers.get(key) ?? numbers.size;
    numbers.set(key, known);
    return known;
  };
  return [Uint32Array.from(a, number), Uint32Array.from(b, number)];
}
