import { pathWords } from "./path.ts";

/** How far each pattern has come on the way to a value. */
export interface Steps {
  /** Whether the value here is not to be seen. */
  readonly hidden: boolean;
  /** One word further. */
  step(word: string): Steps;
}

/** On this way nothing is hidden. */
const OPEN: Steps = { hidden: false, step: () => OPEN };

/** Hides what stands at any of these paths; as in topics, `*` is any word, and `#` any number of words. */
export function redaction(paths: readonly string[]): Steps {
  const patterns = paths.map(pathWords);
  return stepsOf(patterns.flatMap((words) => positions(words, 0)));
}

/** The steps from the root to a path. */
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

/** Where one is at `at`: behind each `#` there as well, which needs no word. */
function positions(words: readonly string[], at: number): Position[] {
  const found: Position[] = [{ words, at }];
  for (let next = at; words[next] === "#"; next++) {
    found.push({ words, at: next + 1 });
  }
  return found;
}

/** A pattern with several `#` comes to one place by many ways. */
function distinct(reached: readonly Position[]): Position[] {
  return reached.filter(({ words, at }, index) =>
    reached.findIndex((other) => other.words === words && other.at === at) ===
      index
  );
}
