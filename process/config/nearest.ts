const LONGEST_NAME = 64;
const MOST_NAMES = 1_000;

/**
 * Returns the known name that `name` probably means: at most a third of its
 * letters differ.
 */
export function nearest(
  name: string,
  known: Iterable<string>,
): string | undefined {
  const wrong = plain(name);
  if (wrong.length > LONGEST_NAME) return undefined;
  let best: string | undefined;
  let least = Math.max(1, Math.floor(wrong.length / 3)) + 1;
  let left = MOST_NAMES;
  for (const candidate of known) {
    if (left-- === 0) break;
    const right = plain(candidate);
    if (Math.abs(right.length - wrong.length) >= least) continue;
    const steps = editDistance(wrong, right);
    if (steps < least) {
      least = steps;
      best = candidate;
    }
  }
  return best;
}

/**
 * Returns the number of letters to insert, delete, replace or swap with a
 * neighbor.
 */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let steps = Math.min(
        above[j]! + 1,
        row[j - 1]! + 1,
        above[j - 1]! + same,
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        steps = Math.min(steps, before[j - 2]! + 1);
      }
      row.push(steps);
    }
    before = above;
    above = row;
  }
  return above[b.length]!;
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll("_", "-");
}
