/** One row of two texts side by side; a side is undefined if it has no line. */
export interface AlignedLine {
  readonly a: string | undefined;
  readonly b: string | undefined;
}

/**
 * Maximum product of the numbers of lines: above, lines are paired by their
 * number, because the comparison takes time and memory for each pair.
 */
const MAX_PAIRS = 1_000_000;

/**
 * Aligns two texts line by line: equal lines are side by side, and as few lines
 * as possible have no partner.
 */
export function alignedLines(a: string, b: string): AlignedLine[] {
  const [left, right] = [a.split("\n"), b.split("\n")];
  const start = commonLength(left, right, (lines, n) => lines[n]);
  const end = commonLength(
    left.slice(start),
    right.slice(start),
    (lines, n) => lines.at(-1 - n),
  );
  const middle = changedLines(
    left.slice(start, left.length - end),
    right.slice(start, right.length - end),
  );
  const same = (lines: readonly string[]): AlignedLine[] =>
    lines.map((line) => ({ a: line, b: line }));
  return [
    ...same(left.slice(0, start)),
    ...middle,
    ...same(left.slice(left.length - end)),
  ];
}

function commonLength(
  a: readonly string[],
  b: readonly string[],
  lineOf: (lines: readonly string[], n: number) => string | undefined,
): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && lineOf(a, length) === lineOf(b, length)) length++;
  return length;
}

/** Aligns by the longest common subsequence of lines. */
function changedLines(
  a: readonly string[],
  b: readonly string[],
): AlignedLine[] {
  if (a.length * b.length > MAX_PAIRS) return paired(a, b);
  const lengths = commonLengths(a, b);
  const rows: AlignedLine[] = [];
  let [changedA, changedB]: [string[], string[]] = [[], []];
  const flush = () => {
    rows.push(...paired(changedA, changedB));
    [changedA, changedB] = [[], []];
  };
  for (let [i, j] = [0, 0]; i < a.length || j < b.length;) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      flush();
      rows.push({ a: a[i++], b: b[j++] });
    } else if (j === b.length || lengths[i + 1]?.[j]! >= lengths[i]![j + 1]!) {
      changedA.push(a[i++]!);
    } else changedB.push(b[j++]!);
  }
  flush();
  return rows;
}

/** Returns the length of the common subsequence from each pair of lines on. */
function commonLengths(
  a: readonly string[],
  b: readonly string[],
): Uint32Array[] {
  const lengths = Array.from(
    { length: a.length + 1 },
    () => new Uint32Array(b.length + 1),
  );
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      lengths[i]![j] = a[i] === b[j]
        ? lengths[i + 1]![j + 1]! + 1
        : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!);
    }
  }
  return lengths;
}

function paired(a: readonly string[], b: readonly string[]): AlignedLine[] {
  return Array.from(
    { length: Math.max(a.length, b.length) },
    (_, n) => ({ a: a[n], b: b[n] }),
  );
}
