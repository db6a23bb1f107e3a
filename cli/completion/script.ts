/** Shells for which there is a script. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/**
 * Scripts that pass the words of a command line to `caryatid complete`. Its
 * answer has one word per line, with a description after a tab in some lines,
 * and a line ":files" if file names are wanted, which each shell completes
 * itself.
 */
const SCRIPTS: Readonly<Record<typeof SHELLS[number], string>> = {
  bash: `# Completion of caryatid for bash: source <(caryatid completion bash)
_caryatid() {
  local line cur="\${COMP_WORDS[COMP_CWORD]}"
  if [[ $cur == "=" ]]; then cur=""; fi
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == ":files" ]]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$cur")
    else
      COMPREPLY+=("\${line%%$'\\t'*}")
    fi
  done < <(caryatid complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _caryatid caryatid`,
  zsh: `#compdef caryatid
# Completion of caryatid for zsh: source <(caryatid completion zsh)
_caryatid() {
  local line files
  local -a found
  for line in "\${(@f)$(caryatid complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    if [[ $line == ":files" ]]; then files=1
    elif [[ -n $line ]]; then found+=("\${\${line//:/\\\\:}/$'\\t'/:}"); fi
  done
  if [[ \${words[CURRENT]} == --*=* ]]; then compset -P '*='; fi
  if (( $#found )); then _describe caryatid found; fi
  if [[ -n $files ]]; then _files; fi
}
if [[ \${funcstack[1]-} == _caryatid ]]; then _caryatid "$@"; else compdef _caryatid caryatid; fi`,
  fish: `# Completion of caryatid for fish: caryatid completion fish | source
function __caryatid_complete
  set -l current (commandline -ct)
  for line in (caryatid complete -- (commandline -opc)[2..] "$current" 2>/dev/null)
    if test "$line" = ":files"
      __fish_complete_path "$current"
    else
      string match -r -- '^--[^=]*=' "$current" | read -l prefix
      echo "$prefix$line"
    end
  end
end
complete -c caryatid -f -a '(__caryatid_complete)'`,
};

/**
 * Returns the script by which a shell completes command lines of `caryatid`.
 */
export function completionScript(shell: typeof SHELLS[number]): string {
  return SCRIPTS[shell];
}
