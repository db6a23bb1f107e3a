import type { Pair } from "./common.ts";

/** So many messages in a row have to be the same: one that is sent again and again is no meeting. */
const RUN = 8;
/** Places of one key that are tried. */
const MOST_PLACES = 16;

/**
 * Where both lists, which differ at first, go on alike: the pair of indexes that lies nearest. Undefined if they never do.
 *
 * Unlike `longestCommon` it takes time by the length of the lists, and finds no more than that one place.
 */
export function nextMeeting(
  a: readonly string[],
  b: readonly string[],
): Pair | undefined {
  const places = placesOf(b);
  let best: Pair | undefined;
  let distance = Infinity;
  for (let i = 0; i < a.length && i < distance; i++) {
    for (const j of places.get(a[i]!) ?? []) {
      if (i + j >= distance || !goOnAlike(a, i, b, j)) continue;
      best = [i, j];
      distance = i + j;
    }
  }
  return best;
}

function placesOf(keys: readonly string[]): Map<string, number[]> {
  const places = new Map<string, number[]>();
  for (const [index, key] of keys.entries()) {
    const known = places.get(key);
    if (known === undefined) places.set(key, [index]);
    else if (known.length < MOST_PLACES) known.push(index);
  }
  return places;
}

function goOnAlike(
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
