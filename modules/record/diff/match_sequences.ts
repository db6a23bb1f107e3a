/** Indexes of equal keys in the first and the second list. */
export type Pair = readonly [number, number];

/**
 * Number of equal keys in a row at a resynchronization point: a single key may
 * be one that repeats.
 */
const RUN = 8;
/** Maximum number of positions of one key that are tried. */
const MAX_POSITIONS = 16;

/**
 * Returns the longest common subsequence of two lists.
 *
 * Time and memory (two bytes) grow with the product of the lengths, so both
 * lists should be short.
 */
export function longestCommonSubsequence(
  a: readonly string[],
  b: readonly string[],
): Pair[] {
  const [left, right] = toNumbers(a, b);
  const width = b.length + 1;
  // Length of the subsequence from a pair of indexes to the end.
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

/**
 * Replaces equal keys by equal numbers, which are compared faster than texts.
 */
function toNumbers(
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

/**
 * Returns the nearest pair of indexes from which both lists continue with equal
 * keys, or undefined.
 *
 * Takes time in proportion to the length of the lists, unlike
 * {@linkcode longestCommonSubsequence}, and finds only this one pair.
 */
export function resyncPoint(
  a: readonly string[],
  b: readonly string[],
): Pair | undefined {
  const positions = positionsOf(b);
  let best: Pair | undefined;
  let distance = Infinity;
  for (let i = 0; i < a.length && i < distance; i++) {
    for (const j of positions.get(a[i]!) ?? []) {
      if (i + j >= distance || !continueEqually(a, i, b, j)) continue;
      best = [i, j];
      distance = i + j;
    }
  }
  return best;
}

function positionsOf(keys: readonly string[]): Map<string, number[]> {
  const positions = new Map<string, number[]>();
  for (const [index, key] of keys.entries()) {
    const known = positions.get(key);
    if (known === undefined) positions.set(key, [index]);
    else if (known.length < MAX_POSITIONS) known.push(index);
  }
  return positions;
}

function continueEqually(
  a: readonly string[],
  i: number,
  b: readonly string[],
  j: number,
): boolean {
  for (let step = 0; step < RUN; step++) {
    if (i + step === a.length && j + step === b.length) return true;
    if (i + step >= a.length || j + step >= b.length) return false;
    if (a[i + step] !== b[j + step]) return false;
  }
  return true;
}
