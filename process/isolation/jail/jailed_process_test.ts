import assert from "node:assert/strict";
import { jail, skipJail, whyNoJail } from "../../../tests/support/jail.ts";
import { limitScript, PROGRAM } from "./bwrap_args.ts";
import { startJailed } from "./jailed_process.ts";
import { type JailGrants, jailMounts } from "./mounts.ts";
import { SHELL } from "./shell.ts";

/** Folders of the programs that these tests run in the jail. */
const SYSTEM = ["/bin", "/usr/bin", "/lib", "/lib64", "/usr/lib"];

/** Starts a script of a shell in the jail. */
function start(script: string, grants: JailGrants = {}) {
  assert("bwrap" in jail, JSON.stringify(jail));
  return startJailed({
    bwrap: jail.bwrap,
    program: SHELL,
    args: ["-c", script],
    mounts: jailMounts(grants, SYSTEM),
    net: (grants.net ?? []).length > 0,
    env: { GIVEN: "1" },
    cwd: "/some/folder",
  });
}

/** Runs a script in the jail. Returns its lines. */
async function run(script: string, grants: JailGrants = {}) {
  const jailed = await start(script, grants);
  let text = "";
  for await (const piece of jailed.stderr) {
    text += new TextDecoder().decode(piece);
  }
  for (let piece; (piece = await jailed.pipes.read());) {
    text += new TextDecoder().decode(piece);
  }
  await jailed.status;
  jailed.pipes.close();
  return text.trim().split("\n");
}

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: name + whyNoJail, ignore: skipJail, fn });
}

test("a guest is process 1 of its jail, with its own host name and environment", async () => {
  const lines = await run("echo $$; hostname; pwd; env | sort");
  assert.deepEqual(lines, [
    "1",
    "guest",
    "/some/folder",
    "GIVEN=1",
    "PWD=/some/folder",
  ]);
});

test("a read frees the memory of the previous piece", async () => {
  const jailed = await start("head -c 300000 /dev/urandom");
  let read = 0;
  let last: Uint8Array | undefined;
  for (let piece; (piece = await jailed.pipes.read());) {
    assert.equal(last?.buffer.byteLength ?? 0, 0);
    read += piece.length;
    last = piece;
  }
  assert.equal(read, 300_000);
  await jailed.status;
  jailed.pipes.close();
});

test("a jail makes no further namespaces, mounts and devices", async () => {
  const lines = await run(
    "for c in 'unshare -U true' 'unshare -m true' 'mount -t tmpfs x /tmp' " +
      "'mount -o remount,rw /' 'mknod /tmp/disk b 8 0'; do " +
      '$c >/dev/null 2>&1 && echo "$c"; done; echo end',
    { write: [] },
  );
  assert.deepEqual(lines, ["end"]);
});

test("nothing in a jail can be written without a grant", async () => {
  const lines = await run(
    "for f in /x /tmp/x /dev/shm/x /dev/x /usr/bin/x /some/folder/x " +
      "/proc/sys/kernel/core_uses_pid /proc/self/oom_score_adj; do " +
      "( : >>$f ) 2>/dev/null && echo $f; done; echo end",
  );
  assert.deepEqual(lines, ["end"]);
});

test("with write permission, folders in memory hold at most their size", async () => {
  const folder = await Deno.makeTempDir();
  const lines = await run(
    "for d in /tmp /dev/shm; do head -c 20000000 /dev/urandom " +
      ">$d/much 2>/dev/null || stat -c %s $d/much; done; : >" + folder + "/own",
    { write: [folder] },
  );
  assert.deepEqual(lines, ["16777216", "16777216"]);
  await Deno.remove(folder, { recursive: true });
});

test("a jail shows no processes, users and devices of the machine", async () => {
  assert.deepEqual(
    await run(
      "ls -d /proc/[0-9]* /etc /root /home /sys /var /run 2>/dev/null; " +
        "ls /dev",
    ),
    ["/proc/1", "null", "shm", "urandom"],
  );
});

test("a jail without hosts has no interface but its own loopback", async () => {
  assert.deepEqual(
    await run("tail -n +3 /proc/net/dev | cut -d : -f 1 | tr -d ' '"),
    ["lo"],
  );
});

test("a granted link leads to its target, a link in a granted folder to nothing", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/secret`, "secret");
  await Deno.mkdir(`${folder}/granted`);
  await Deno.symlink(`${folder}/secret`, `${folder}/granted/link`);
  const shown = `cat ${folder}/granted/link 2>/dev/null || echo none`;
  const { granted, link } = {
    granted: [`${folder}/granted`],
    link: [`${folder}/granted/link`],
  };
  assert.deepEqual(await run(shown, { read: granted }), ["none"]);
  assert.deepEqual(await run(shown, { read: link }), ["secret"]);
  await Deno.remove(folder, { recursive: true });
});

test("kill ends the guest, and the reported pid is its own", async () => {
  const jailed = await start("exec sleep 60");
  assert.match(await namespacePids(jailed.pid!), /\s1$/);
  jailed.kill();
  assert.equal((await jailed.status).signal, "SIGKILL");
  assert.equal(await jailed.pipes.read(), null);
  jailed.pipes.close();
  for await (const _ of jailed.stderr); // until its end
});

test("a mount that fails ends the start with the error of bubblewrap", async () => {
  const jailed = await start("true", { write: ["/no/such/folder"] });
  let fault = "";
  for await (const piece of jailed.stderr) {
    fault += new TextDecoder().decode(piece);
  }
  assert.match(fault, /bwrap: .*\/no\/such\/folder/);
  assert.equal((await jailed.status).code, 1);
  jailed.pipes.close();
});

Deno.test("a process without write cannot make a file larger, and continues with the error EFBIG", async () => {
  if (Deno.build.os === "windows") return;
  const folder = await Deno.makeTempDir();
  // In place of bubblewrap, it starts the command without a jail.
  const bwrap = `${folder}/bwrap`;
  const forward = '#!/bin/sh\nshift 5\nexec "$@"\n';
  await Deno.writeTextFile(bwrap, forward, { mode: 0o755 });
  const output = async (canWrite: boolean) => {
    const args = ["-c", limitScript(bwrap, canWrite), SHELL, "-c"];
    const script = `echo text >${folder}/file; echo "exit $?"`;
    const { stdout } = await new Deno.Command(SHELL, {
      args: [...args, script],
      env: { [PROGRAM]: SHELL },
      stderr: "null",
    }).output();
    return new TextDecoder().decode(stdout).trim();
  };
  assert.match(await output(false), /^exit [12]$/);
  assert.equal(await output(true), "exit 0");
  await Deno.remove(folder, { recursive: true });
});

/** Returns the pids of a process, in this namespace and in its own. */
async function namespacePids(pid: number): Promise<string> {
  // The permissions of tests do not include files of /proc.
  const args = ["NSpid", `/proc/${pid}/status`];
  const { stdout } = await new Deno.Command("grep", { args }).output();
  return new TextDecoder().decode(stdout).trim();
}

test("Deno in the jail has no permission without a flag that grants it", async () => {
  assert("bwrap" in jail, JSON.stringify(jail));
  const query = 'Deno.permissions.querySync({ name: "env" }).state';
  const jailed = await startJailed({
    bwrap: jail.bwrap,
    program: jail.deno,
    args: ["run", "--no-prompt", `data:text/javascript,console.log(${query})`],
    mounts: jailMounts({}, jail.program),
    net: false,
    env: { DENO_DIR: "/none" },
    cwd: "/",
  });
  let text = "";
  for (let piece; (piece = await jailed.pipes.read());) {
    text += new TextDecoder().decode(piece);
  }
  await jailed.status;
  jailed.pipes.close();
  assert.equal(text.trim(), "prompt");
});
