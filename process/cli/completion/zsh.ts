import type { CommandWords, OptionWords, Word } from "./command_words.ts";
import { caseWords, NAMES_OF_PROCESSES } from "./shared.ts";

/** The script for zsh: each word with what it is for. */
export function zshScript(all: readonly CommandWords[]): string {
  const paths = all.filter(({ path }) => path !== "");
  return `#compdef caryatid
# Completion of caryatid for zsh: source <(caryatid completion zsh)
${NAMES_OF_PROCESSES}
_caryatid() {
  local word at="" i
  local -a found
  for ((i = 2; i < CURRENT; i++)); do
    word="\${at:+$at }\${words[i]}"
    case "$word" in
      ${paths.map(({ path }) => `"${path}"`).join("|")}) at="$word" ;;
    esac
  done
  if [[ \${words[CURRENT]} == --process=* ]]; then
    compset -P '*='
    found=(\${(f)"$(_caryatid_processes $words)"})
    compadd -a found
    return
  fi
  case "$at:\${words[CURRENT-1]}" in
${valueCases(all)}
  esac
  case "$at" in
${all.map(commandCase).join("\n")}
  esac
}
if [[ \${funcstack[1]-} == _caryatid ]]; then _caryatid "$@"; else compdef _caryatid caryatid; fi`;
}

function valueCases(all: readonly CommandWords[]): string {
  const sets = {
    file: "_files; return",
    process:
      'found=(${(f)"$(_caryatid_processes $words)"}); compadd -a found; return',
    other: "return",
  };
  return caseWords(all, ({ path, word }) => `"${path}:${word}"`)
    .map(({ kind, words }) => `    ${words.join("|")}) ${sets[kind]} ;;`)
    .join("\n");
}

function commandCase(
  { path, commands, options, choices, files }: CommandWords,
): string {
  const words = [
    ...commands,
    ...choices.map((word) => ({ word, summary: "" })),
    ...options.flatMap(asWords),
  ];
  return `    "${path}")
      found=(${words.map(described).join(" ")})
      _describe caryatid found${files ? "\n      _files" : ""}
      ;;`;
}

function asWords({ words, summary }: OptionWords): Word[] {
  return words.map((word) => ({ word, summary }));
}

function described({ word, summary }: Word): string {
  const text = summary === "" ? word : `${word}:${summary}`;
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
