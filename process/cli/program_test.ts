import type { Command } from "commander";
import assert from "node:assert/strict";
import { createProgram, runProgram } from "./program.ts";

Deno.test("--help of every command has examples of it, exit codes and lines for a terminal", async (t) => {
  const program = createProgram({
    terminal: { print() {}, complain() {}, colours: false },
    exit() {},
  });
  for (const words of [[], ...wordsOf(program)]) {
    const name = ["caryatid", ...words].join(" ");
    await t.step(name, async () => {
      const help = await helpOf(words);
      const [, examples] = help.split("\nExamples:\n");
      assert(examples?.includes(name), help);
      assert.match(help, /\n\nExit codes: 0 /);
      const [options] = help.split("\nExamples:");
      assert(options!.split("\n").every(({ length }) => length <= 80), help);
      assert(!/^ {2}[a-z]+$/m.test(options!), "an argument says what it is");
    });
  }
});

function wordsOf(command: Command): string[][] {
  return command.commands.flatMap((one) => [
    [one.name()],
    ...wordsOf(one).map((below) => [one.name(), ...below]),
  ]);
}

async function helpOf(words: readonly string[]): Promise<string> {
  const lines: string[] = [];
  const print = (line: string) => void lines.push(line);
  await runProgram([...words, "--help"], {
    print,
    complain: print,
    colours: false,
  });
  return lines.join("\n");
}
