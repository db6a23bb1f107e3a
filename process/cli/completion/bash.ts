import type { CommandWords } from "./command_words.ts";
import { caseWords, NAMES_OF_PROCESSES, wordsOf } from "./shared.ts";

/** The script for bash (4 or later; 3.2 of macOS offers no file names behind a command's words). */
export function bashScript(all: readonly CommandWords[]): string {
  const paths = all.filter(({ path }) => path !== "");
  return `# Completion of caryatid for bash: source <(caryatid completion bash)
${NAMES_OF_PROCESSES}
_caryatid() {
  local word at="" words="" files="" i
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}"
  # Bash takes the = of --process=NAME for a word.
  if [[ $cur == "=" ]]; then cur=""; fi
  if [[ $prev == "=" ]]; then prev="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${at:+$at }\${COMP_WORDS[i]}"
    case "$word" in
      ${paths.map(({ path }) => `"${path}"`).join(" | ")}) at="$word" ;;
    esac
  done
  case "$at:$prev" in
${valueCases(all)}
    *)
      case "$at" in
${all.map(commandCase).join("\n")}
      esac
      ;;
  esac
  COMPREPLY=()
  while IFS= read -r word; do COMPREPLY+=("$word"); done < <(
    if [[ -n $words ]]; then compgen -W "$words" -- "$cur"; fi
    if [[ -n $files ]]; then compgen -f -- "$cur"; fi
  )
  if [[ -n $files ]]; then compopt -o filenames 2>/dev/null; fi
}
complete -F _caryatid caryatid`;
}

/** Behind an option that wants a value stands nothing but that. */
function valueCases(all: readonly CommandWords[]): string {
  const sets = {
    file: "files=1",
    process: 'words="$(_caryatid_processes "${COMP_WORDS[@]}" 2>/dev/null)"',
    other: ":",
  };
  return caseWords(all, ({ path, word }) => `"${path}:${word}"`)
    .map(({ kind, words }) => `    ${words.join(" | ")}) ${sets[kind]} ;;`)
    .join("\n");
}

function commandCase(command: CommandWords): string {
  const files = command.files ? " files=1" : "";
  return `        "${command.path}") words="${
    wordsOf(command).join(" ")
  }"${files} ;;`;
}
