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

Deno.test("help of a command that isn't there says so", async () => {
  for (const words of [["chek", "--help"], ["help", "chek"], ["chek"]]) {
    const { code, said } = await ran(words);
    assert.match(said, /^error \[INVALID_OPTION\] unknown command 'chek'/);
    assert.match(said, /Did you mean check\?/);
    assert.equal(code, 2);
  }
});

Deno.test("help COMMAND is COMMAND --help, below a command, too", async () => {
  for (const words of [["check"], ["dead-letters", "list"]]) {
    const { code, said } = await ran(["help", ...words]);
    assert.equal(said, await helpOf(words));
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
  return (await ran([...words, "--help"])).said;
}

async function ran(
  words: readonly string[],
): Promise<{ code: number; said: string }> {
  const lines: string[] = [];
  const print = (line: string) => void lines.push(line);
  const code = await runProgram(words, {
    print,
    complain: print,
    colours: false,
  });
  return { code, said: lines.join("\n") };
}
