import assert from "node:assert/strict";
import { jail, skipJail, whyNoJail } from "../../../tests/support/jail.ts";
import { startJailed } from "./jailed_process.ts";
import { jailMounts } from "./mounts.ts";
import { findScope, scopeArgs, type ScopeStarter } from "./scope.ts";
import { SHELL } from "./shell.ts";

const SYSTEM = ["/bin", "/usr/bin", "/lib", "/lib64", "/usr/lib"];
/** Runs the program after `--`, as systemd-run does in a scope. */
const STARTS = 'while [ "$1" != -- ]; do shift; done; shift; exec "$@"';

/** Calls `use` with a folder that contains this script as `systemd-run`. */
async function withSystemdRun<T>(
  script: string,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/systemd-run`;
    await Deno.writeTextFile(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Finds a scope while `systemd-run` is this script, and systemd runs. */
function found(script: string): Promise<ScopeStarter | undefined> {
  return withSystemdRun(
    script,
    (folder) => findScope({ path: folder, systemd: folder }),
  );
}

Deno.test("scopeArgs limits memory and gives other programs more of the processor", () => {
  const limits = [
    ...["--scope", "--quiet", "--collect", "-p", "MemoryMax=1000"],
    ...["-p", "MemorySwapMax=0", "-p", "CPUWeight=20", "--"],
  ];
  assert.deepEqual(scopeArgs({ ofUser: false }, 1000), limits);
  assert.deepEqual(scopeArgs({ ofUser: true }, 1000), ["--user", ...limits]);
});

Deno.test("findScope tries no program without systemd", async () => {
  const path = "/no/such/folder";
  assert.equal(await findScope({ path, systemd: path }), undefined);
  const scope = await findScope({ path, systemd: "/" });
  assert.equal(scope, undefined);
});

Deno.test("findScope finds systemd-run if a program in a scope has the limit", async () => {
  const scope = await found("echo 67108864");
  assert.match(scope!.command, /\/systemd-run$/);
});

Deno.test("findScope uses no systemd that fails, or does not limit memory", async () => {
  assert.equal(await found("exit 1"), undefined);
  assert.equal(await found("echo max"), undefined);
});

Deno.test({
  name: `a guest starts in a scope with its memory and 64 MiB${whyNoJail}`,
  ignore: skipJail,
  fn: () =>
    withSystemdRun(`echo "$*" > "$0.args"\n${STARTS}`, async (folder) => {
      assert("bwrap" in jail, JSON.stringify(jail));
      const command = `${folder}/systemd-run`;
      const jailed = await startJailed({
        bwrap: jail.bwrap,
        program: SHELL,
        args: ["-c", "cat; exit 7"],
        mounts: jailMounts({}, SYSTEM),
        net: false,
        env: {},
        cwd: "/",
        scope: {
          starter: { command, ofUser: true, env: {} },
          memory: 100 * 2 ** 20,
        },
      });
      assert(jailed.pid !== undefined);
      await jailed.pipes.write(new TextEncoder().encode("through all pipes"));
      jailed.endInput();
      const piece = await jailed.pipes.read();
      assert.equal(new TextDecoder().decode(piece!), "through all pipes");
      assert.equal((await jailed.status).code, 7);
      jailed.pipes.close();
      const args = await Deno.readTextFile(`${command}.args`);
      assert.match(args, /^--user --scope .*-p MemoryMax=171966464 /);
    }),
});
