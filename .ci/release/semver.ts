const FORM = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z.-]+))?$/;

/** Whether a text is a version, such as `1.2.3` or `1.2.3-rc.1`. */
export function isVersion(text: string): boolean {
  return FORM.test(text);
}

/** Negative where `a` is older than `b`, positive where it is newer, as Semantic Versioning has it. Both are versions. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)];
  for (const place of [0, 1, 2] as const) {
    const difference = left.numbers[place] - right.numbers[place];
    if (difference !== 0) return difference;
  }
  // What comes before a version is older than that.
  if (left.before.length === 0 || right.before.length === 0) {
    return right.before.length - left.before.length;
  }
  return compareBefore(left.before, right.before);
}

interface Parts {
  readonly numbers: readonly [number, number, number];
  readonly before: readonly string[];
}

function partsOf(version: string): Parts {
  const [, major, minor, patch, before] = FORM.exec(version)!;
  return {
    numbers: [Number(major), Number(minor), Number(patch)],
    before: before?.split(".") ?? [],
  };
}

function compareBefore(a: readonly string[], b: readonly string[]): number {
  for (let at = 0; at < Math.min(a.length, b.length); at++) {
    const [left, right] = [a[at]!, b[at]!];
    if (left === right) continue;
    const [isLeft, isRight] = [/^\d+$/.test(left), /^\d+$/.test(right)];
    if (isLeft && isRight) return Number(left) - Number(right);
    if (isLeft !== isRight) return isLeft ? -1 : 1; // a number is older than a word
    return left < right ? -1 : 1;
  }
  return a.length - b.length;
}
