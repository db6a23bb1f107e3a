import type { CommandWords, OptionWords } from "./command_words.ts";

/** The names of `[process.<name>]` in those words of a command line that are TOML files. */
export const NAMES_OF_PROCESSES = `_caryatid_processes() {
  local file
  for file in "$@"; do
    if [[ $file == *.toml && -f $file ]]; then
      sed -n 's/^[[:space:]]*\\[process\\.\\([A-Za-z0-9_-]*\\)\\].*/\\1/p' "$file"
    fi
  done
}`;

/** All that may stand behind a command but files. */
export function wordsOf(
  { commands, options, choices }: CommandWords,
): string[] {
  return [
    ...commands.map(({ word }) => word),
    ...choices,
    ...options.flatMap(({ words }) => words),
  ];
}

/** An option that wants a value, behind a command. */
export interface ValueWord {
  readonly path: string;
  readonly word: string;
}

/** Options that want a value, by what that is. */
export function caseWords(
  all: readonly CommandWords[],
  written: (word: ValueWord) => string,
): { kind: NonNullable<OptionWords["value"]>; words: string[] }[] {
  const found = all.flatMap(({ path, options }) =>
    options.flatMap(({ words, value }) =>
      value === undefined
        ? []
        : words.map((word) => ({ kind: value, word: written({ path, word }) }))
    )
  );
  return [...Map.groupBy(found, ({ kind }) => kind)].map(([kind, same]) => ({
    kind,
    words: same.map(({ word }) => word),
  }));
}
