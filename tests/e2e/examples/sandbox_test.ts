import assert from "node:assert/strict";
import { jail } from "../../support/jail.ts";
import { ROOT } from "../../support/running_program.ts";
import { hasTerminal, onTerminal } from "../../support/on_terminal.ts";
import { Program } from "./program.ts";
import { outputsIn, readmeOf } from "./readme.ts";

const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));

function start(env: Readonly<Record<string, string>> = {}): Program {
  const command: string = tasks["example:sandbox"];
  return new Program(command.split(" ").slice(1), env);
}

/** Returns the different lines without their numbers and folders. */
function kinds(lines: readonly string[]): string[] {
  return [
    ...new Set(
      lines.map((line) =>
        line.replace(/ \S*(?=\/examples\/)/g, " ").replace(/\d[\d.]*/g, "N")
      ),
    ),
  ].sort();
}

/** Replaces what the jail changes if this machine has none. */
function onThisMachine(lines: readonly string[]): string[] {
  if (!("missing" in jail)) return [...lines];
  const { missing } = jail;
  return lines.map((line) =>
    line.replace("jail: bubblewrap", `jail: none, ${missing}`)
      .replace(/I tried (to read customers .*): ENOENT/, "I was allowed $1")
  );
}

Deno.test("examples/sandbox prints the output of its README: the three walls stop third-party modules, and others are not disturbed", async () => {
  // Longer than its 6 s: a busy machine needs more to restart a guest.
  await using program = start({ CARYATID_MODULE__ACCOUNT__SECONDS: "600" });
  await program.until([
    "caryatid.news: restarted",
    "I tried to publish prices: FORBIDDEN",
    "all attempts are over",
  ]);
  program.terminate();
  assert.equal(await program.ended(), 0);
  const [output = []] = outputsIn(await readmeOf("sandbox"));
  const lines = program.lines.filter((line) => !/ WARN /.test(line));
  assert.deepEqual(kinds(lines), kinds(onThisMachine(output)));
  const [account] = program.lines.filter((line) => /missing$/.test(line));
  assert.match(account!, /: \d+ prices, 0 missing$/);
  const allowed = program.lines.filter((line) => /I was allowed/.test(line));
  assert.equal(allowed.length, "missing" in jail ? 1 : 0);
  assert.equal(await program.errors(), "");
});

Deno.test({
  name: `D17 examples/sandbox does not prompt at a terminal${
    hasTerminal ? "" : " (skipped: there is no program `script`)"
  }`,
  ignore: !hasTerminal,
  async fn() {
    const file = `${ROOT}examples/sandbox/caryatid.toml`;
    const command = ["run", "-A", `${ROOT}cli/mod.ts`, "run", file];
    const shown = await onTerminal([Deno.execPath(), ...command]);
    assert.doesNotMatch(shown, /Allow\?/);
    assert.match(shown, /I tried to read \/etc\/passwd: .*NotCapable/);
    assert.match(shown, /stopped with exit code .*0/);
  },
});

Deno.test("two of examples/sandbox run at a time, and end cleanly on Ctrl-C", async () => {
  await using one = start();
  await using other = start();
  for (const program of [one, other]) {
    await program.until(["I tried to publish prices: FORBIDDEN"]);
    program.interrupt();
  }
  for (const program of [one, other]) {
    assert.equal(await program.ended(), 0);
    await program.until(["stopped with exit code 0"]);
  }
});
