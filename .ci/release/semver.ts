const FORM = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z.-]+))?$/;

/** Returns true if a text is a version, such as `1.2.3` or `1.2.3-rc.1`. */
export function isVersion(text: string): boolean {
  return FORM.test(text);
}

/**
 * Returns a negative number if `a` is older than `b`, a positive one if it is
 * newer, by Semantic Versioning. Both must be versions.
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)];
  for (const place of [0, 1, 2] as const) {
    const difference = left.numbers[place] - right.numbers[place];
    if (difference !== 0) return difference;
  }
  // A pre-release is older than its version.
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
    // A number is older than a word.
    if (isLeft !== isRight) return isLeft ? -1 : 1;
    return left < right ? -1 : 1;
  }
  return a.length - b.length;
}
