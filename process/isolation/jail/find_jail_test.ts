import assert from "node:assert/strict";
import { jail, skipJail, whyNoJail } from "../../../tests/support/jail.ts";
import { findJail } from "./find_jail.ts";

/** Finds a jail while `bwrap` is this script. */
async function withBwrap(script: string): Promise<unknown> {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/bwrap`;
    await Deno.writeTextFile(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return await findJail({ os: "linux", path: folder });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test({
  name: `findJail finds bubblewrap by starting Deno in a jail${whyNoJail}`,
  ignore: skipJail,
  fn() {
    assert("bwrap" in jail, JSON.stringify(jail));
    assert.equal(jail.program[0], Deno.execPath());
    assert(jail.program.some((path) => path.includes("libc.")));
  },
});

Deno.test("findJail names the package if bubblewrap is not installed", async () => {
  assert.deepEqual(await findJail({ os: "linux", path: "/no/such/folder" }), {
    missing:
      "bubblewrap is not installed: install the package bubblewrap (the command bwrap)",
  });
});

Deno.test("findJail says that only Linux has the jail", async () => {
  for (const os of ["darwin", "windows"]) {
    assert.deepEqual(await findJail({ os }), {
      missing: "only Linux has the jail (bubblewrap)",
    });
  }
});

Deno.test("findJail advises on user namespaces if bubblewrap cannot make one", async () => {
  const fault = "bwrap: Creating new namespace failed: Operation not permitted";
  assert.deepEqual(await withBwrap(`echo '${fault}' >&2; exit 1`), {
    missing: `bubblewrap cannot start a jail (${fault}): the system must ` +
      "allow user namespaces (kernel.unprivileged_userns_clone, " +
      "user.max_user_namespaces, AppArmor, seccomp of a container)",
  });
});

Deno.test("findJail reports the exit code of a bubblewrap that says nothing", async () => {
  assert.deepEqual(await withBwrap("exit 3"), {
    missing: "bubblewrap cannot start a jail (it exited 3)",
  });
});
