import assert from "node:assert/strict";
import { caryatid, COMMAND } from "./caryatid.ts";
import { ServiceFolder } from "./service_folder.ts";

const FILES = {
  "my service.toml": "[process.clock]\n  [process.greeter] # two\n[module.x]\n",
  "other.txt": "",
};

/**
 * Returns the completions of a command line in a shell. The line begins with
 * "caryatid"; its last word is incomplete.
 */
type Complete = (line: readonly string[]) => Promise<string[]>;

const SHELLS: Readonly<Record<string, (folder: string) => Complete>> = {
  bash: (folder) => async (line) =>
    await shell("bash", folder, [
      "--norc",
      "-c",
      `source script.bash
       COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
       _caryatid
       printf '%s\\n' "\${COMPREPLY[@]}"`,
      "bash",
      ...line,
    ]),
  // The functions of the line editor need a terminal: these replacements print
  // their arguments.
  zsh: (folder) => async (line) =>
    await shell("zsh", folder, [
      "-f",
      "-c",
      `compdef() { :; }
       compadd() { print -l -- "\${(@P)@[-1]}"; }
       _describe() { print -l -- "\${(@P)2%%:*}" "\${(@)\${(@P)2}%%:*}"; }
       _files() { print -l -- *; }
       compset() { :; }
       source script.zsh
       words=("$@"); CURRENT=$#
       cur="\${words[CURRENT]#--process=}"
       _caryatid | grep -e "^\${cur//./\\\\.}"; true`,
      "zsh",
      ...line,
    ]),
  fish: (folder) => async (line) => {
    const typed = line.map((word) => word.replaceAll(" ", "\\ ")).join(" ");
    const lines = await shell("fish", folder, [
      "--no-config",
      "-c",
      "source script.fish; complete -C $argv[1]",
      typed,
    ]);
    // A description follows a tab.
    return lines.map((line) => line.split("\t")[0]!.replace(/^--process=/, ""));
  },
};

for (const [name, completer] of Object.entries(SHELLS)) {
  const ignore = !await isThere(name);
  Deno.test({
    name:
      `completion ${name}: commands, options, files and names of processes` +
      (ignore ? ` (skipped: no ${name} on this machine)` : ""),
    ignore,
    async fn(t) {
      await using folder = await ServiceFolder.make(FILES);
      const { code, stdout } = await caryatid(["completion", name]);
      assert.equal(code, 0);
      await Deno.writeTextFile(folder.file(`script.${name}`), stdout);
      await installCaryatid(folder);
      const complete = completer(folder.path);
      const cases: [line: string[], has: string[], hasNot: string[]][] = [
        [["ch"], ["check"], ["run", "my service.toml"]],
        [[""], ["check", "run", "up", "compose", "dead-letters"], []],
        [["dead-letters", "l"], ["list"], ["show"]],
        [["dead-letters", "list", "--to"], ["--topic"], ["--url"]],
        [["check", "--j"], ["--json"], ["--print"]],
        [["run", "--pr"], ["--print", "--process"], ["--json"]],
        [["check", "--json", "my"], ["my service.toml"], []],
        [["completion", "z"], ["zsh"], ["bash"]],
        [
          ["run", "my service.toml", "--process", ""],
          ["clock", "greeter"],
          ["x", "my service.toml"],
        ],
        [["run", "my service.toml", "--process", "g"], ["greeter"], ["clock"]],
        [["spy", "order.#", "--url", ""], [], ["--url", "other.txt"]],
        [["spy", "order.#", "--password-file", "oth"], ["other.txt"], [
          "--url",
        ]],
      ];
      for (const [line, has, hasNot] of cases) {
        await t.step(["caryatid", ...line].join(" "), async () => {
          const offered = await complete(["caryatid", ...line]);
          for (const word of has) {
            assert(offered.includes(word), `${word} in ${offered}`);
          }
          for (const word of hasNot) {
            assert(!offered.includes(word), `no ${word} in ${offered}`);
          }
        });
      }
    },
  });
}

const noBash = !await isThere("bash");

Deno.test({
  name:
    "completion bash completes --process=, which bash splits into three words" +
    (noBash ? " (skipped: no bash on this machine)" : ""),
  ignore: noBash,
  async fn() {
    await using folder = await ServiceFolder.make(FILES);
    const { stdout } = await caryatid(["completion", "bash"]);
    await Deno.writeTextFile(folder.file("script.bash"), stdout);
    await installCaryatid(folder);
    const complete = SHELLS["bash"]!(folder.path);
    const line = ["caryatid", "run", "my service.toml", "--process", "="];
    assert.deepEqual(await complete(line), ["clock", "greeter"]);
    assert.deepEqual(await complete([...line, "c"]), ["clock"]);
  },
});

Deno.test("completion of an unknown shell lists the known shells and exits with 2", async () => {
  const ran = await caryatid(["completion", "tcsh"]);
  assert.equal(ran.code, 2);
  assert.match(ran.stderr, /\[INVALID_OPTION\].*bash, zsh, fish/);
});

/** Writes the command that the scripts call. */
async function installCaryatid(folder: ServiceFolder): Promise<void> {
  await Deno.mkdir(folder.file("bin"));
  const home = Deno.env.get("HOME") ?? "";
  await Deno.writeTextFile(
    folder.file("bin/caryatid"),
    `#!/bin/sh\nHOME='${home}' exec '${Deno.execPath()}' run -A '${COMMAND}' "$@"\n`,
    { mode: 0o755 },
  );
}

async function shell(
  command: string,
  cwd: string,
  args: readonly string[],
): Promise<string[]> {
  const { code, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    cwd,
    env: { HOME: cwd, PATH: `${cwd}/bin:${Deno.env.get("PATH")}` },
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  assert.equal(new TextDecoder().decode(stderr), "");
  return new TextDecoder().decode(stdout).split("\n").filter((line) => line);
}

async function isThere(command: string): Promise<boolean> {
  try {
    return (await new Deno.Command(command, { args: ["--version"] }).output())
      .success;
  } catch {
    return false; // the shell is not installed
  }
}
