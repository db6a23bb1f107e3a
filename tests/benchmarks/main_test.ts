import assert from "node:assert/strict";
import { ROOT, RunningProgram } from "../support/running_program.ts";

const BENCH = ["run", "-A", "--no-check", "tests/benchmarks/main.ts"];

/** Returns the folders that git checked out for a comparison. */
async function worktrees(): Promise<readonly string[]> {
  const { stdout } = await new Deno.Command("git", {
    args: ["worktree", "list", "--porcelain"],
    cwd: ROOT,
  }).output();
  const list = new TextDecoder().decode(stdout);
  return list.match(/^worktree .*caryatid_bench_.*$/gm) ?? [];
}

/** Returns a commit without files, and without a branch. */
async function emptyCommit(): Promise<string> {
  const tree = await git("hash-object", "-w", "-t", "tree", "/dev/null");
  const identity = ["-c", "user.name=a", "-c", "user.email=a@b"];
  return await git(...identity, "commit-tree", tree, "-m", "empty");
}

async function git(...args: string[]): Promise<string> {
  const { success, stdout } = await new Deno.Command("git", {
    args,
    cwd: ROOT,
  }).output();
  assert(success);
  return new TextDecoder().decode(stdout).trim();
}

Deno.test("bench exits with 2 and the reason if it cannot do what is asked", async (t) => {
  const wrong: readonly [args: readonly string[], reason: RegExp][] = [
    [
      ["--against", "no-such-commit", "core"],
      /not a commit of this repository/,
    ],
    [["--quick", "--against", "no-such-commit"], /not a commit/],
    [["--against", await emptyCommit(), "core"], /it is too old/],
    [["no-such-suite"], /^Cannot bench "no-such-suite"/],
    [["--against", "HEAD", "--runs", "0", "core"], /a number from 1/],
    [["--runs", "3", "core"], /needs --against/],
    [["--minutes", "0"], /expected a number from 1/],
    [["--bogus"], /Unknown option '--bogus'/],
  ];
  for (const [args, reason] of wrong) {
    await t.step(args.join(" "), async () => {
      await using bench = new RunningProgram([...BENCH, ...args]);
      assert.equal(await bench.exitCode(), 2, bench.log);
      assert.match(bench.lines.join("\n"), reason);
    });
  }
});

Deno.test("bench --against removes the checked-out commit after an interrupt", async () => {
  await using bench = new RunningProgram(
    [...BENCH, "--against", "HEAD", "core/publish"],
  );
  await bench.until(
    () => bench.log.includes("run 1: core/publish") || undefined,
    () => "the first case",
  );
  const during = await worktrees();
  bench.kill("SIGINT");
  assert.equal(await bench.exitCode(), 130);
  const after = await worktrees(); // may contain folders of other comparisons
  assert(during.some((folder) => !after.includes(folder)));
});
