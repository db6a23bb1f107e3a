import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { CannotCompare, Worktree } from "./worktree.ts";

async function git(cwd: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("git", {
    args: ["-c", "user.name=a", "-c", "user.email=a@b", ...args],
    cwd,
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

async function makeRepository(): Promise<string> {
  const folder = await Deno.makeTempDir();
  await git(folder, "init", "--quiet");
  await Deno.writeTextFile(`${folder}/a.txt`, "old");
  await git(folder, "add", ".");
  await git(folder, "commit", "--quiet", "-m", "first");
  await Deno.writeTextFile(`${folder}/a.txt`, "new");
  return folder;
}

Deno.test("a worktree holds the files of its commit and is removed when disposed", async () => {
  const folder = await makeRepository();
  const repository = pathToFileURL(`${folder}/`);
  let checkedOut: string;
  {
    await using worktree = await Worktree.add(repository, "HEAD");
    checkedOut = worktree.folder;
    assert.equal(await Deno.readTextFile(`${checkedOut}/a.txt`), "old");
  }
  await assert.rejects(Deno.stat(checkedOut), Deno.errors.NotFound);
  const left = await git(folder, "worktree", "list", "--porcelain");
  assert.equal(left.match(/^worktree /gm)?.length, 1);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a worktree of an unknown commit rejects with CannotCompare", async () => {
  const folder = await makeRepository();
  for (const commit of ["no-such-commit", "--all", ""]) {
    await assert.rejects(
      Worktree.add(pathToFileURL(`${folder}/`), commit),
      (error) =>
        error instanceof CannotCompare &&
        error.message === `Cannot compare with "${commit}": it is not a ` +
            "commit of this repository",
    );
  }
  await Deno.remove(folder, { recursive: true });
});
