import assert from "node:assert/strict";
import { caryatid } from "./caryatid.ts";
import { ServiceFolder } from "./service_folder.ts";

const FILES = {
  "my service.toml": "[process.clock]\n  [process.greeter] # two\n[module.x]\n",
  "other.txt": "",
};

/** What is offered for a command line, in each shell that this machine has; it begins with "caryatid" and ends in what is typed. */
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
  // The editor's own functions want a terminal: here they print what they are given.
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
    // Behind a tab stands what it is for.
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
  name: "bash completes --process=, which it takes for three words" +
    (noBash ? " (skipped: no bash on this machine)" : ""),
  ignore: noBash,
  async fn() {
    await using folder = await ServiceFolder.make(FILES);
    const { stdout } = await caryatid(["completion", "bash"]);
    await Deno.writeTextFile(folder.file("script.bash"), stdout);
    const complete = SHELLS["bash"]!(folder.path);
    const line = ["caryatid", "run", "my service.toml", "--process", "="];
    assert.deepEqual(await complete(line), ["clock", "greeter"]);
    assert.deepEqual(await complete([...line, "c"]), ["clock"]);
  },
});

Deno.test("completion of another shell is told what there is, with exit code 2", async () => {
  const ran = await caryatid(["completion", "tcsh"]);
  assert.equal(ran.code, 2);
  assert.match(ran.stderr, /\[INVALID_OPTION\].*bash, zsh, fish/);
});

async function shell(
  command: string,
  cwd: string,
  args: readonly string[],
): Promise<string[]> {
  const { code, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    cwd,
    env: { HOME: cwd },
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
    return false; // that is how one asks
  }
}
