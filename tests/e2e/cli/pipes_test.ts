import assert from "node:assert/strict";
import { caryatid, COMMAND } from "./caryatid.ts";
import { ServiceFolder } from "./service_folder.ts";

const CARYATID = `deno run -A "${COMMAND}"`;

Deno.test("commands that start a process refuse a pipe with a hint", async (t) => {
  const refused =
    /\[INVALID_OPTION\] Cannot use .*(pipe|standard input).*\(.*check/;
  for (const command of ["run", "run --watch", "up", "compose", "compile"]) {
    for (const file of ["/dev/stdin", "-"]) {
      await t.step(`${command} ${file}`, async () => {
        const ran = await caryatid([...command.split(" "), file]);
        assert.match(ran.stderr, refused);
        assert.equal(ran.code, 2);
        assert.equal(ran.stdout, "");
      });
    }
  }
  await t.step("a named pipe", async () => {
    await using folder = await ServiceFolder.make({});
    const pipe = folder.file("pipe.toml");
    await new Deno.Command("mkfifo", { args: [pipe] }).output();
    assert.match((await caryatid(["run", pipe])).stderr, refused);
  });
  await t.step("check accepts a pipe", async () => {
    const shell =
      `echo '[module.clock]' | deno run -A "${COMMAND}" check /dev/stdin`;
    const { stdout } = await new Deno.Command("sh", { args: ["-c", shell] })
      .output();
    assert.match(new TextDecoder().decode(stdout), /^ok/);
  });
});

Deno.test("check reports output that cannot be written, and exits with 1", async () => {
  const { code, stderr } = await inShell(`${CARYATID} schema > /dev/full`);
  assert.match(
    stderr,
    /^error \[STORAGE_FAILED\] Cannot write to standard output: .*space/,
  );
  assert.equal(code, 1);
});

Deno.test("a closed pipe is not a failure", async () => {
  const { stdout, stderr } = await inShell(
    `{ ${CARYATID} schema; echo "code $?" >&2; } | head -n 1`,
  );
  assert.equal(stdout, "{\n");
  assert.equal(stderr, "code 0\n");
});

async function inShell(
  line: string,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", line],
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return {
    code,
    stdout: decoder.decode(stdout),
    stderr: decoder.decode(stderr),
  };
}
