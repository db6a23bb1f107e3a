import type { DeadLetter } from "@caryatid/sdk";
import { shown } from "../live/shown.ts";

/** Maximum number of letters of a group that the page shows. */
const MAX_SHOWN = 5;
/** Maximum length of a cause. */
const MAX_CAUSE = 500;

/** Dead letters of one group of subscribers that failed in the same way. */
export interface LetterGroup {
  readonly code: string;
  readonly cause: string;
  /** Pattern of the group of subscribers. */
  readonly pattern: string;
  readonly count: number;
  /** Times of the first and last failure, in milliseconds since 1970. */
  readonly first: number;
  readonly last: number;
  /** The oldest letters. */
  readonly letters: readonly LetterRow[];
}

/** One dead letter on the page. */
export interface LetterRow {
  readonly id: string;
  readonly topic: string;
  readonly time: number;
  /** Payload as JSON of a limited length. */
  readonly text: string;
}

/** Groups dead letters by failure, the largest group first. */
export function groupLetters(letters: readonly DeadLetter[]): LetterGroup[] {
  const groups = Map.groupBy(
    letters,
    ({ code, cause, pattern }) => JSON.stringify([code, cause, pattern]),
  );
  return Array.from(groups.values(), (all) => {
    const [{ code, cause, pattern } = all[0]!] = all;
    const times = all.map(({ time }) => time);
    return {
      code,
      cause: cause.slice(0, MAX_CAUSE),
      pattern,
      count: all.length,
      first: Math.min(...times),
      last: Math.max(...times),
      letters: all.slice(0, MAX_SHOWN).map((letter) => ({
        id: letter.id,
        topic: letter.topic,
        time: letter.time,
        text: textOf(letter),
      })),
    };
  }).sort((a, b) => b.count - a.count || b.last - a.last);
}

/** A body that cannot be decoded is shown as bytes. */
function textOf({ message, body }: DeadLetter): string {
  return shown(message === undefined ? body : message);
}
