import type { Command } from "commander";
import { bashScript } from "./bash.ts";
import { commandWords } from "./command_words.ts";
import { fishScript } from "./fish.ts";
import { zshScript } from "./zsh.ts";

const SCRIPTS = { bash: bashScript, fish: fishScript, zsh: zshScript };

/** A script by which a shell completes the command lines of this program: made of what the program says itself. */
export function completionScript(
  program: Command,
  shell: keyof typeof SCRIPTS,
): string {
  return SCRIPTS[shell](commandWords(program));
}
