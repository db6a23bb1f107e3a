import { pathWords } from "./path.ts";

/** State of the redaction patterns on the path to a value. */
export interface Steps {
  /** True if the value at this path is hidden. */
  readonly hidden: boolean;
  /** Returns the state after one more word. */
  step(word: string): Steps;
}

/** No value on this path is hidden. */
const OPEN: Steps = { hidden: false, step: () => OPEN };

/**
 * Hides the values at any of these paths. As in topics, `*` is one word and `#`
 * any number of words.
 */
export function redaction(paths: readonly string[]): Steps {
  const patterns = paths.map(pathWords);
  return stepsOf(patterns.flatMap((words) => positions(words, 0)));
}

/** Returns the state after all `words` of a path. */
export function stepsTo(start: Steps, words: readonly string[]): Steps {
  let steps = start;
  for (const word of words) {
    if (steps.hidden) return steps;
    steps = steps.step(word);
  }
  return steps;
}

interface Position {
  readonly words: readonly string[];
  readonly at: number;
}

function stepsOf(reached: readonly Position[]): Steps {
  if (reached.length === 0) return OPEN;
  return {
    hidden: reached.some(({ words, at }) => at === words.length),
    step: (word) => {
      const next = reached.flatMap(({ words, at }) => {
        const wanted = words[at];
        if (wanted === "#") return positions(words, at);
        return wanted === "*" || wanted === word
          ? positions(words, at + 1)
          : [];
      });
      return stepsOf(distinct(next));
    },
  };
}

/**
 * Returns the position `at`, and the one after each `#` there, which can match
 * no word.
 */
function positions(words: readonly string[], at: number): Position[] {
  const found: Position[] = [{ words, at }];
  for (let next = at; words[next] === "#"; next++) {
    found.push({ words, at: next + 1 });
  }
  return found;
}

/**
 * Removes duplicates: a pattern with several `#` reaches one position in many
 * ways.
 */
function distinct(reached: readonly Position[]): Position[] {
  return reached.filter(({ words, at }, index) =>
    reached.findIndex((other) => other.words === words && other.at === at) ===
      index
  );
}
