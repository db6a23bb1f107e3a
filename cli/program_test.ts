import type { Command } from "commander";
import assert from "node:assert/strict";
import { createProgram, runProgram } from "./program.ts";

Deno.test("--help of every command shows examples and exit codes in 80 columns", async (t) => {
  const program = createProgram({
    terminal: { print() {}, printError() {}, colors: false },
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
      assert(!/^ {2}[a-z]+$/m.test(options!), "an argument has a description");
    });
  }
});

Deno.test("help of an unknown command reports the command", async () => {
  for (const words of [["chek", "--help"], ["help", "chek"], ["chek"]]) {
    const { code, output } = await ran(words);
    assert.match(output, /^error \[INVALID_OPTION\] unknown command 'chek'/);
    assert.match(output, /Did you mean check\?/);
    assert.equal(code, 2);
  }
});

Deno.test("help COMMAND prints the same as COMMAND --help, also for subcommands", async () => {
  for (const words of [["check"], ["dead-letters", "list"]]) {
    const { code, output } = await ran(["help", ...words]);
    assert.equal(output, await helpOf(words));
    assert.equal(code, 0);
  }
});

function wordsOf(command: Command): string[][] {
  return command.commands.flatMap((one) => [
    [one.name()],
    ...wordsOf(one).map((below) => [one.name(), ...below]),
  ]);
}

async function helpOf(words: readonly string[]): Promise<string> {
  return (await ran([...words, "--help"])).output;
}

async function ran(
  words: readonly string[],
): Promise<{ code: number; output: string }> {
  const lines: string[] = [];
  const print = (line: string) => void lines.push(line);
  const code = await runProgram(words, {
    print,
    printError: print,
    colors: false,
  });
  return { code, output: lines.join("\n") };
}
