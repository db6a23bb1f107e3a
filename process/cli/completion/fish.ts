import type { CommandWords, OptionWords } from "./command_words.ts";

/** The script for fish: a line for each word. */
export function fishScript(all: readonly CommandWords[]): string {
  const paths = all.map(({ path }) => path).filter((path) => path !== "");
  return [
    "# Completion of caryatid for fish: caryatid completion fish | source",
    PROCESSES,
    `function __caryatid_at
  set -l at ""
  for word in (commandline -opc)[2..]
    set -l next (string trim -- "$at $word")
    if contains -- "$next" ${paths.map(quoted).join(" ")}
      set at $next
    end
  end
  test "$at" = "$argv[1]"
end`,
    "complete -c caryatid -f",
    ...all.flatMap(linesOf),
  ].join("\n");
}

const PROCESSES = `function __caryatid_processes
  for file in (commandline -opc)
    if string match -q -- '*.toml' $file; and test -f $file
      string replace -rf '^\\s*\\[process\\.([A-Za-z0-9_-]*)\\].*' '$1' < $file
    end
  end
end`;

function linesOf(
  { path, commands, options, choices, files }: CommandWords,
): string[] {
  const start = `complete -c caryatid -n ${
    quoted(`__caryatid_at ${quoted(path)}`)
  }`;
  return [
    ...commands.map(({ word, summary }) =>
      `${start} -a ${quoted(word)} -d ${quoted(summary)}`
    ),
    ...choices.map((word) => `${start} -a ${quoted(word)}`),
    ...options.map((option) => `${start} ${optionText(option)}`),
    ...files ? [`${start} -F`] : [],
  ];
}

function optionText({ words, summary, value }: OptionWords): string {
  const names = words.map((word) =>
    word.startsWith("--") ? `-l ${word.slice(2)}` : `-s ${word.slice(1)}`
  );
  const takes = value === undefined
    ? ""
    : value === "file"
    ? " -r -F"
    : value === "process"
    ? " -x -a '(__caryatid_processes)'"
    : " -x";
  return `${names.join(" ")}${takes} -d ${quoted(summary)}`;
}

/** As fish reads it. */
function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
